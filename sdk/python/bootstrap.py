"""Starts a Python function inside its cell. Short, since it alone is compiled at each start."""
import sys

sys.path.insert(0, __file__.rpartition("/")[0])
from lambent_runtime import main

del sys.path[0]
main.run()
