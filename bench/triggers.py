#!/usr/bin/python3
"""Triggers, from the outside: queue → function → done, an upload until its function is entered, how
late timers are, a publish to a hundred queues; durable queues beside those of Redis and PostgreSQL.

Functions say by the machine's one clock when they were entered; their answers come back through an
on-success destination. Run by itself: bench/triggers.py [--samples N]. Needs root and wrk."""
import argparse
import json
import time

import boto3

import machine
import queue_peers
import queues
from packages_of import zip_of
from servers import Lambent
from statistics_of import median, percentile

ROLE = "arn:aws:iam::000000000000:role/bench"
ENTERED = "import time\ndef handler(event, context):\n    return time.time()\n"
NOTHING = "def handler(event, context):\n    return None\n"
COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
TIMERS_A_SECOND = 4
SUBSCRIBERS = 100
PATIENCE_S = 120


def client(lambent, service):
    return boto3.client(service, endpoint_url=lambent.url, region_name=lambent.endpoint["region"],
                        aws_access_key_id=lambent.credentials.access_key,
                        aws_secret_access_key=lambent.credentials.secret_key)


def create_function(lambent, name, source):
    return client(lambent, "lambda").create_function(
        FunctionName=name, Runtime="python3.11", Handler="app.handler", Role=ROLE, MemorySize=1769,
        Code={"ZipFile": zip_of({"app.py": source})})["FunctionArn"]


def create_queue(lambent, name):
    """Its URL and its ARN."""
    sqs = client(lambent, "sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    return url, attributes["QueueArn"]


def in_milliseconds(seconds):
    return {"p50": median(seconds) * 1000, "p99": percentile(seconds, 0.99) * 1000,
            "max": max(seconds) * 1000, "samples": len(seconds)}


class Entered:
    """A function that answers when it was entered, and the queue in which the answers arrive."""

    def __init__(self, lambent, name):
        self.sqs = client(lambent, "sqs")
        self.arn = create_function(lambent, name, ENTERED)
        self.url, queue = create_queue(lambent, name)
        client(lambent, "lambda").put_function_event_invoke_config(
            FunctionName=name, DestinationConfig={"OnSuccess": {"Destination": queue}})

    def next(self):
        """The event of the next call, and when its handler was entered (seconds)."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            got = self.sqs.receive_message(QueueUrl=self.url, WaitTimeSeconds=5).get("Messages", [])
            for message in got:
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
                record = json.loads(message["Body"])
                return record["requestPayload"], record["responsePayload"]
        raise RuntimeError("a function's answer did not arrive")


def uploads(lambent, samples):
    """From the first byte of a PUT until its function is entered, one after the other."""
    entered, s3 = Entered(lambent, "uploaded"), client(lambent, "s3")
    s3.create_bucket(Bucket="bench")
    s3.put_bucket_notification_configuration(Bucket="bench", NotificationConfiguration={
        "LambdaFunctionConfigurations": [
            {"LambdaFunctionArn": entered.arn, "Events": ["s3:ObjectCreated:*"]}]})
    took = []
    for each in range(samples):
        began = time.time()
        s3.put_object(Bucket="bench", Key=f"photo-{each}", Body=b"x" * 1024)
        _, at = entered.next()
        took.append(at - began)
    return in_milliseconds(took[1:])  # the first one started the environment


def timers(lambent, samples):
    """How long after it was due a one-time schedule's function is entered."""
    entered, schedules = Entered(lambent, "due"), client(lambent, "scheduler")
    first = int(time.time()) + 3 + samples // 100
    for each in range(samples):
        due = first + each // TIMERS_A_SECOND
        schedules.create_schedule(
            Name=f"timer-{each}", FlexibleTimeWindow={"Mode": "OFF"},
            ScheduleExpression=time.strftime("at(%Y-%m-%dT%H:%M:%S)", time.gmtime(due)),
            Target={"Arn": entered.arn, "RoleArn": ROLE, "Input": json.dumps({"due": due})})
    late = []
    for _ in range(samples):
        event, at = entered.next()
        late.append(at - event["due"])
    return in_milliseconds(late)


def fan_out(lambent, samples):
    """From a publish until the last of a hundred queues has the message, by its SentTimestamp."""
    sns, sqs = client(lambent, "sns"), client(lambent, "sqs")
    topic = sns.create_topic(Name="bench")["TopicArn"]
    urls = []
    for each in range(SUBSCRIBERS):
        url, arn = create_queue(lambent, f"subscriber-{each}")
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        urls.append(url)
    took = []
    for _ in range(samples):
        began = time.time()
        sns.publish(TopicArn=topic, Message="x" * 64)
        took.append(max(arrival(sqs, url) for url in urls) - began)
    return in_milliseconds(took)


def arrival(sqs, url):
    """When the queue got its message (seconds, of whole milliseconds); it is deleted."""
    got = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20, AttributeNames=["SentTimestamp"])
    message = got["Messages"][0]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return int(message["Attributes"]["SentTimestamp"]) / 1000


def consumed(lambent, clients, seconds, cores):
    """Messages a second from the first send until the last is done by a function."""
    name = f"consumed-{clients}"
    sqs, (url, arn) = client(lambent, "sqs"), create_queue(lambent, name)
    create_function(lambent, name, NOTHING)
    client(lambent, "lambda").create_event_source_mapping(
        FunctionName=name, EventSourceArn=arn, BatchSize=10)
    began = time.monotonic()
    sent = queues.wrk(lambent, "send", url, clients, seconds, cores)
    while left(sqs, url):
        if time.monotonic() - began > PATIENCE_S:
            raise RuntimeError(f"{left(sqs, url)} messages were not consumed")
        time.sleep(0.05)
    took = time.monotonic() - began
    return {"sent": sent["requests"], "per_second": sent["requests"] / took, "seconds": took,
            "errors": sent["errors"]}


def left(sqs, url):
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(COUNTS))["Attributes"]
    return sum(int(attributes[count]) for count in COUNTS)


def measure(samples, seconds, cores):
    results = {"queues": queues.measure(seconds, cores),
               "peers": queue_peers.measure(seconds, cores)}
    with Lambent.temporary("--auth", "none") as lambent:
        results["consumed"] = {clients: consumed(lambent, clients, 1, cores)
                               for clients in queues.CLIENTS}
    with Lambent.temporary("--auth", "none") as lambent:
        results |= {"uploads": uploads(lambent, samples), "timers": timers(lambent, samples),
                    "fanOut": fan_out(lambent, max(10, samples // 10))}
    return json.loads(json.dumps(results))  # keys as they are read back


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=3)
    options = parser.parse_args()
    machine.private_network()
    print(machine.describe())
    print(json.dumps(measure(options.samples, options.seconds, machine.Cores()), indent=1))


if __name__ == "__main__":
    main()
