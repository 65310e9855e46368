"""Durable queues that anybody can install, as queues.py measures ours: Redis streams with
`appendfsync always`, and PostgreSQL with SKIP LOCKED. Each is loaded by its own benchmark program,
which has one processor as wrk has; neither speaks HTTP nor checks a signature."""
import contextlib
import os
import pathlib
import pwd
import re
import shutil
import subprocess
import tempfile

from queues import CLIENTS
from servers import NotRun, end, free_port, wait_for
from statistics_of import median, percentile

BODY = '{"order":4711,"text":"' + "x" * 64 + '"}'
# What a cycle is: put, take unseen, and done with, in one script.
REDIS_CYCLE = ("redis.call('XADD', KEYS[1], '*', 'body', ARGV[1]) "
               "local got = redis.call('XREADGROUP', 'GROUP', 'workers', 'one', 'COUNT', 1, "
               "'STREAMS', KEYS[1], '>') local id = got[1][2][1][1] "
               "redis.call('XACK', KEYS[1], 'workers', id) return redis.call('XDEL', KEYS[1], id)")
TABLE = "CREATE TABLE messages (id bigserial PRIMARY KEY, body text NOT NULL)"
SEND_SQL = f"INSERT INTO messages (body) VALUES ('{BODY}');\n"
TAKE_SQL = ("BEGIN;\nSELECT id FROM messages ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED \\gset\n"
            "DELETE FROM messages WHERE id = :id;\nCOMMIT;\n")


def measure(seconds, cores):
    """{peer: {"send": {clients: {...}}, "cycle": {...}}}, or {peer: why it was not run}."""
    results = {}
    for name, run in (("Redis streams", redis), ("PostgreSQL", postgresql)):
        with tempfile.TemporaryDirectory(prefix="lambent-bench-") as folder:
            try:
                results[name] = run(pathlib.Path(folder), seconds, cores)
            except NotRun as why:
                results[name] = str(why)
    return results


def tool(name, *folders):
    found = shutil.which(name, path=os.pathsep.join([os.environ["PATH"], *map(str, folders)]))
    if not found:
        raise NotRun(f"{name} is not installed (scripts/setup-peers)")
    return found


@contextlib.contextmanager
def server(*command, port, **options):
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, **options)
    try:
        wait_for(port, process)
        yield
    finally:
        end(process)


def redis(folder, seconds, cores):
    port = free_port()
    bench = [tool("redis-benchmark"), "-p", str(port), "--csv"]
    with server(tool("redis-server"), "--bind", "127.0.0.1", "--port", port, "--dir", folder,
                "--appendonly", "yes", "--appendfsync", "always", "--save", "", port=port,
                preexec_fn=cores.on_system):
        subprocess.run([tool("redis-cli"), "-p", str(port), "XGROUP", "CREATE", "cycle", "workers",
                        "$", "MKSTREAM"], check=True, stdout=subprocess.DEVNULL)
        return {kind: {clients: redis_load(bench, clients, seconds, words, cores)
                       for clients in CLIENTS}
                for kind, words in (("send", ["XADD", "send", "*", "body", BODY]),
                                    ("cycle", ["EVAL", REDIS_CYCLE, "1", "cycle", BODY]))}


def redis_load(bench, clients, seconds, words, cores):
    """redis-benchmark counts requests: as many as a short trial says that the time is good for."""
    def run(requests):
        done = subprocess.run([*bench, "-c", str(clients), "-n", str(requests), *words], check=True,
                              capture_output=True, text=True, preexec_fn=cores.on_load)
        # The command stands in front, unescaped; then rps, avg, min, p50, p95, p99, max.
        fields = re.findall(r'"([\d.]+)"', done.stdout.splitlines()[-1])[-7:]
        rps, _, _, p50, _, p99, _ = map(float, fields)
        return {"per_second": rps, "p50": p50 * 1000, "p99": p99 * 1000}
    return run(max(1000, int(run(1000)["per_second"] * seconds)))


def postgresql(folder, seconds, cores):
    programs = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
    initdb, postgres, pgbench = (tool(name, *programs)
                                 for name in ("initdb", "postgres", "pgbench"))
    user = pwd.getpwnam("postgres")
    folder.chmod(0o755)
    data, port = folder / "data", free_port()
    data.mkdir()
    os.chown(data, user.pw_uid, user.pw_gid)
    as_user = {"user": user.pw_uid, "group": user.pw_gid, "cwd": folder, "extra_groups": []}
    subprocess.run([initdb, "-D", data, "-A", "trust", "-U", "bench"], check=True,
                   stdout=subprocess.DEVNULL, **as_user)
    with server(postgres, "-D", data, "-h", "127.0.0.1", "-p", port, "-k", data, port=port,
                preexec_fn=cores.on_system, **as_user):
        target = ["-h", "127.0.0.1", "-p", str(port), "-U", "bench"]
        wait_until_it_takes_queries(target)
        subprocess.run(["psql", *target, "-q", "-c", TABLE, "bench"], check=True)
        load = [pgbench, "-n", *target]
        return {kind: {clients: postgresql_load(load, folder, clients, seconds, sql, cores)
                       for clients in CLIENTS}
                for kind, sql in (("send", SEND_SQL), ("cycle", SEND_SQL + TAKE_SQL))}


def wait_until_it_takes_queries(target):
    """The port is open before the database is; the one named bench is made then."""
    for _ in range(100):
        done = subprocess.run(["psql", *target, "-q", "-c", "CREATE DATABASE bench", "postgres"],
                              capture_output=True)
        if done.returncode == 0:
            return
    raise NotRun("takes no queries: " + done.stderr.decode())


def postgresql_load(load, folder, clients, seconds, sql, cores):
    script, log = folder / "script.sql", folder / "transactions"
    script.write_text(sql)
    for old in folder.glob("transactions.*"):
        old.unlink()
    done = subprocess.run([*load, "-c", str(clients), "-T", str(seconds), "-f", script, "-l",
                           f"--log-prefix={log}", "bench"], check=True, capture_output=True,
                          text=True, preexec_fn=cores.on_load)
    took = [int(line.split()[2]) for file in folder.glob("transactions.*")
            for line in file.read_text().splitlines() if line.split()[2].isdigit()]
    return {"per_second": float(re.search(r"tps = ([\d.]+)", done.stdout)[1]),
            "p50": median(took), "p99": percentile(took, 0.99)}
