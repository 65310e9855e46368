"""The floors, and the peers that anybody can install: each answers a POST with a tiny JSON echo.

A peer is started by a function here that gets the folder it may write to, the cores, and a stack
that ends its processes, and returns its URL; NotRun says why it cannot be measured."""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import time

from servers import BIN, NotRun, ROOT, end, free_port, wait_for

PEERS = ROOT / "bench" / "peers"
MODULES = PEERS / "node_modules"
NODE = "/usr/bin/node"

NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream node {{ server 127.0.0.1:{node}; keepalive 128; }}
    server {{
        listen 127.0.0.1:{port}; keepalive_requests 100000000;
        location / {{ {location} }}
    }}
}}
"""
TO_NODE = 'proxy_pass http://node; proxy_http_version 1.1; proxy_set_header Connection "";'
TO_UWSGI = """uwsgi_pass unix:{folder}/uwsgi.sock; uwsgi_param REQUEST_METHOD $request_method;
    uwsgi_param PATH_INFO $document_uri; uwsgi_param CONTENT_LENGTH $content_length;
    uwsgi_param CONTENT_TYPE $content_type; uwsgi_param QUERY_STRING $query_string;
    uwsgi_param SERVER_NAME $server_name; uwsgi_param SERVER_PORT $server_port;
    uwsgi_param SERVER_PROTOCOL $server_protocol;"""
TO_CGI = """fastcgi_pass unix:{folder}/cgi.sock; fastcgi_param REQUEST_METHOD $request_method;
    fastcgi_param CONTENT_LENGTH $content_length; fastcgi_param CONTENT_TYPE $content_type;
    fastcgi_param SCRIPT_FILENAME {program};"""


class Start:
    """What the start of a peer needs at hand."""

    def __init__(self, folder, cores, stack):
        self.folder, self.cores, self.stack = pathlib.Path(folder), cores, stack
        self.pids = []

    def run(self, *command, **options):
        environment = {**os.environ, "HOME": str(self.folder), **options.pop("env", {})}
        log = self.stack.enter_context(open(self.folder / "log", "ab"))
        process = subprocess.Popen(
            [str(word) for word in command], env=environment, preexec_fn=self.cores.on_system,
            start_new_session=True, **{"stdout": log, "stderr": log, **options})
        self.stack.callback(end_all, process)
        self.pids.append(process.pid)
        return process


def end_all(process):
    """The process, and those of its session that did not end with it."""
    end(process)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def tool(name):
    found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
    if not found:
        raise NotRun(f"{name} is not installed")
    return found


def module(path):
    if not (MODULES / path).exists():
        raise NotRun("its npm package is not installed (scripts/setup-peers)")
    return MODULES / path


def floor(program, *kind):
    def start(at):
        process = at.run(BIN / program, *kind, stdout=subprocess.PIPE, text=True)
        return f"http://127.0.0.1:{int(process.stdout.readline())}/"
    return start


def plain_node(at):
    process = at.run(NODE, PEERS / "echo_server.js", stdout=subprocess.PIPE, text=True)
    return f"http://127.0.0.1:{int(process.stdout.readline())}/"


def nginx(at, location, node_port=9):
    port, config = free_port(), at.folder / "nginx.conf"
    config.write_text(NGINX.format(folder=at.folder, port=port, node=node_port, location=location))
    wait_for(port, at.run(tool("nginx"), "-c", config, "-e", at.folder / "error.log"))
    return f"http://127.0.0.1:{port}/"


def nginx_node(at):
    return nginx(at, TO_NODE, node_port=plain_node(at).split(":")[2].rstrip("/"))


def uwsgi(at, *flags):
    return at.run(tool("uwsgi"), "--plugins", "http,python3", "--master", "--processes", "1",
                  "--disable-logging", "--die-on-term", "--listen", "100", "--need-app",
                  "--wsgi-file", PEERS / "echo_wsgi.py", *flags)


def wait_for_socket(path, process):
    limit = time.monotonic() + 20
    while not path.exists():
        if process.poll() is not None or time.monotonic() > limit:
            raise NotRun("did not start")
        time.sleep(0.02)
    path.chmod(0o777)


def nginx_uwsgi(at):
    path = at.folder / "uwsgi.sock"
    wait_for_socket(path, uwsgi(at, "--socket", path))
    return nginx(at, TO_UWSGI.format(folder=at.folder))


def uwsgi_router(at):
    port = free_port()
    wait_for(port, uwsgi(at, "--http", f"127.0.0.1:{port}", "--http-keepalive=60",
                         "--add-header", "Connection: Keep-Alive"))
    return f"http://127.0.0.1:{port}/"


def nginx_fcgiwrap(at):
    path = at.folder / "cgi.sock"
    wait_for_socket(path, at.run(tool("fcgiwrap"), "-c", "4", "-s", f"unix:{path}"))
    return nginx(at, TO_CGI.format(folder=at.folder, program=BIN / "bench_cgi_echo"))


def serverless_offline(at):
    command, port = module("serverless/bin/serverless.js"), free_port()
    module("serverless-offline/package.json")
    process = at.run(
        NODE, command, "offline", "--host", "127.0.0.1", "--httpPort", port, "--lambdaPort",
        free_port(), "--noPrependStageInUrl", cwd=PEERS,
        env={"SLS_TELEMETRY_DISABLED": "1", "SLS_NOTIFICATIONS_MODE": "off",
             "SLS_INTERACTIVE_SETUP_ENABLE": "0", "NO_UPDATE_NOTIFIER": "1", "CI": "1"})
    wait_for(port, process)
    return f"http://127.0.0.1:{port}/echo"


def workerd(at):
    port = free_port()
    wait_for(port, at.run(module("workerd/bin/workerd"), "serve", PEERS / "workerd.capnp",
                          f"--socket-addr=http=127.0.0.1:{port}"))
    return f"http://127.0.0.1:{port}/"


def functions_framework(at):
    port = free_port()
    command = module("@google-cloud/functions-framework/build/src/main.js")
    wait_for(port, at.run(NODE, command, "--target=echo", f"--source={PEERS}", f"--port={port}"))
    return f"http://127.0.0.1:{port}/"


# In the order of the report.
FLOORS = {
    "floor: epoll + SEQPACKET": floor("bench_epoll_floor", "seqpacket"),
    "floor: epoll + 64 processes": floor("bench_epoll_floor", "each", 64),
    "floor: epoll + pipe": floor("bench_epoll_floor", "pipe"),
    "floor: Beast + pipe": floor("bench_beast_floor"),
    "epoll alone": floor("bench_epoll_floor", "none"),
}
SYSTEMS = {
    "Node http": plain_node,
    "nginx → Node": nginx_node,
    "uWSGI http router": uwsgi_router,
    "nginx → uWSGI": nginx_uwsgi,
    "workerd": workerd,
    "functions-framework": functions_framework,
    "serverless-offline": serverless_offline,
    "nginx → fcgiwrap": nginx_fcgiwrap,
}
# Its programs end before anybody can ask what they used: who else was at work is not known.
UNTRACKED = {"nginx → fcgiwrap"}
