"""The command `lambent` as a test runs it, and photographs to feed the examples with."""
import io
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "clients"))

from support.lambent_daemon import PROGRAM, DaemonTest, eventually  # noqa: E402,F401

EXAMPLES = ROOT / "examples"


def run_lambent(*words, code=0, seconds=300, env=None, cwd=None):
    """Runs the command to its end; fails when it does not end with `code`."""
    done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=seconds, cwd=cwd,
                          env={**os.environ, **(env or {})})
    if done.returncode != code:
        raise AssertionError(f"lambent {' '.join(map(str, words))}: {done.returncode}, not {code}\n"
                             f"{done.stdout}\n{done.stderr}")
    return done


class CommandTest(DaemonTest):
    """A daemon, and the command pointed at it."""

    def lambent(self, *words, **settings):
        return run_lambent("--data", self.daemon.data, *words, **settings)

    def lambent_json(self, *words, **settings):
        return json.loads(self.lambent(*words, "--json", **settings).stdout)


def photograph(width, height, orientation=None):
    """A JPEG with something to see in it; `orientation` as cameras note it."""
    from PIL import Image
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    image.paste((200, 30, 30), (0, 0, width // 4, height // 4))  # the upper left is red
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90, exif=exif)
    return out.getvalue()
