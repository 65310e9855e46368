"""The managed Python runtime: speaks the Lambda Runtime API and calls the function's handler.

Every module here avoids the standard library's larger ones (os, json, logging, socket,
traceback): together they take longer to import than the interpreter to start. What a function
imports itself is set up when it does (see import_hooks).
"""
