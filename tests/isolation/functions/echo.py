"""Echoes its event, says who it is, and leaves marks wherever a function can leave any."""
import os
import time
import uuid

OWN = dict(os.environ)
INSTANCE = str(uuid.uuid4())
CWD = os.getcwd()
MARKS = []  # a module's global
served = 0
previous = ""


def listed(folder):
    try:
        return sorted(os.listdir(folder))
    except FileNotFoundError:
        return []


def found():
    """What lies where earlier calls of whatever function may have left something."""
    return {"tmp": listed("/tmp"), "shm": listed("/dev/shm"), "globals": list(MARKS),
            "environment": dict(os.environ), "task": listed("/var/task"), "cwd": os.getcwd()}


def leave(secret):
    os.makedirs("/tmp/" + secret, exist_ok=True)
    MARKS[:] = [secret]
    os.environ["LEFT"] = secret
    os.chdir("/tmp")


def handler(event, context):
    global served, previous
    served += 1
    secret = OWN["SECRET"]
    answer = {"nonce": event["nonce"], "fill": event["fill"], "instance": INSTANCE, "served": served,
              "previous": previous, "found": found(), "request": context.aws_request_id,
              "function": context.function_name, "version": context.function_version,
              "arn": context.invoked_function_arn, "stream": context.log_stream_name,
              "memory": int(context.memory_limit_in_mb), "secret": secret}
    previous = event["nonce"]
    leave(secret)
    print("echo", event["nonce"], secret, flush=True)
    act = event.get("act")
    if act == "late":
        time.sleep(60)
    if act == "slow":
        time.sleep(0.02)
    if act == "die":
        os._exit(9)
    if act == "fail":
        raise RuntimeError(event["nonce"])
    return answer
