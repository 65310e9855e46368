#!/usr/bin/python3
"""Durable queues over HTTP, at 1 and 64 clients: acknowledged sends a second (signed), and whole
cycles of send, receive and delete (unsigned). wrk has one processor, the daemon what is left.

Run by itself: bench/queues.py [--seconds N] [--profile]. Needs root and wrk."""
import argparse
import json
import re
import subprocess
import sys

import boto3
import botocore.auth
import botocore.awsrequest

import machine
from servers import ROOT, Lambent

CLIENTS = (1, 64)
TARGET = "AmazonSQS.SendMessage"


def body_of(url):
    message = json.dumps({"order": 4711, "text": "x" * 64})
    return json.dumps({"QueueUrl": url, "MessageBody": message})


def create(lambent, name):
    sqs = boto3.client("sqs", endpoint_url=lambent.url, region_name=lambent.endpoint["region"],
                       aws_access_key_id=lambent.credentials.access_key,
                       aws_secret_access_key=lambent.credentials.secret_key)
    return sqs.create_queue(QueueName=name)["QueueUrl"]


def signature(lambent, body):
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": TARGET}
    request = botocore.awsrequest.AWSRequest("POST", lambent.url + "/", data=body, headers=headers)
    signer = botocore.auth.SigV4Auth(lambent.credentials, "sqs", lambent.endpoint["region"])
    signer.add_auth(request)
    return [f"{name}: {request.headers[name]}" for name in ("Authorization", "X-Amz-Date")]


def wrk(lambent, mode, url, clients, seconds, cores):
    body = body_of(url)
    signed = signature(lambent, body) if lambent.signed else []
    done = subprocess.run(
        ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "10s", "--latency", "-s",
         str(ROOT / "bench" / "queue.lua"), lambent.url + "/", "--", mode, url, body, *signed],
        capture_output=True, text=True, preexec_fn=cores.on_load)
    found = re.search(r"RESULT (.*)", done.stdout)
    if not found:
        raise RuntimeError(f"wrk printed no result:\n{done.stdout}{done.stderr}")
    return json.loads(found[1])


def measure(seconds, cores, profile=None):
    results = {"send": {}, "cycle": {}}
    with Lambent.temporary() as lambent:
        for clients in CLIENTS:
            url = create(lambent, f"send-{clients}")
            wrk(lambent, "send", url, clients, 1, cores)
            watch = start_profile(lambent, seconds, profile) if clients > 1 else None
            results["send"][clients] = wrk(lambent, "send", url, clients, seconds, cores)
            if watch:
                watch.wait()
    with Lambent.temporary("--auth", "none") as lambent:
        for clients in CLIENTS:
            url = create(lambent, f"cycle-{clients}")
            results["cycle"][clients] = wrk(lambent, "cycle", url, clients, seconds, cores)
    return results


def start_profile(lambent, seconds, path):
    """perf's samples of the daemon into `path`, if there is one."""
    if not path:
        return None
    return subprocess.Popen(["perf", "record", "-q", "-F", "2000", "-g", "-p",
                             str(lambent.process.pid), "-o", path, "--", "sleep", str(seconds)],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--profile", help="where perf's samples of the sends at 64 clients go")
    options = parser.parse_args()
    results = measure(options.seconds, machine.Cores(), options.profile)
    print(machine.describe())
    for what, key in (("send", "rps"), ("cycle", "cycles")):
        for clients, result in results[what].items():
            print(f"{what} at {clients}: {result[key]:,.0f}/s, p50 {result['p50']} us, "
                  f"p99 {result['p99']} us, errors {result['errors']}")
    sys.exit(1 if any(r["errors"] for kind in results.values() for r in kind.values()) else 0)


if __name__ == "__main__":
    main()
