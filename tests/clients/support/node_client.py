"""Runs a file of node tests against a daemon, with the SDK packages that package-lock.json names."""
import fcntl
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parents[1]


def install_packages():
    """npm ci, once; several test files may come here at the same time."""
    with open(HERE / "package.json") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        installed = HERE / "node_modules" / ".package-lock.json"
        if not installed.exists() or installed.stat().st_mtime < (HERE / "package-lock.json").stat().st_mtime:
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=HERE, check=True,
                           capture_output=True)
            installed.touch()


def run_node_tests(case, file, extra):
    install_packages()
    done = subprocess.run(["/usr/bin/node", "--test", file], cwd=HERE, text=True, capture_output=True,
                          env={**case.daemon.environment(), **extra}, timeout=600)
    print(done.stdout)
    case.assertEqual(0, done.returncode, f"{done.stdout}\n{done.stderr}\n{case.daemon.tail()}")
