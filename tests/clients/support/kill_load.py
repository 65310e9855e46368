"""Clients that send, receive, invoke and put for as long as a daemon lives, and go on in its next
life. They remember what was acknowledged to them, and nothing else counts."""
import collections
import contextlib
import hashlib
import http.client
import json
import random
import threading
import time

import botocore.exceptions
import botocore.parsers

# The last is what becomes of an answer that was cut in the midst of it.
GONE = (botocore.exceptions.BotoCoreError, ConnectionError, http.client.HTTPException,
        botocore.parsers.ResponseParserError)
VISIBILITY_SECONDS = 6


class Life:
    """One life of the daemon, with a client of each service."""

    def __init__(self, daemon):
        self.sqs, self.s3 = daemon.client("sqs"), daemon.client("s3")
        self.functions = daemon.client("lambda")
        self.gone = threading.Event()


class Load:
    def __init__(self, jobs_url):
        self.jobs_url = jobs_url
        self.lock = threading.Lock()
        self.life, self.changed = None, threading.Condition(self.lock)
        self.over, self.sending = False, True
        self.sent, self.events, self.objects = {}, set(), {}  # acknowledged
        self.received = collections.Counter()  # messages, by id
        self.deleted, self.came_back = set(), set()  # acknowledged; received after that
        self.in_flight_at_a_kill = 0  # received, and the deletion was not acknowledged in time
        self.refused, self.failures = 0, []
        self.threads = []

    def start(self, senders=2, invokers=1, putters=2, consumers=2):
        for count, step in ((senders, self.send), (invokers, self.invoke), (putters, self.put),
                            (consumers, self.consume)):
            for number in range(count):
                name = f"{step.__name__}{number}"
                thread = threading.Thread(target=self.work, args=(name, step), daemon=True)
                self.threads.append(thread)
                thread.start()

    def live(self, life):
        with self.lock:
            self.life = life
            self.changed.notify_all()

    def end(self):
        self.live(None)
        with self.lock:
            self.over = True
            self.changed.notify_all()
        for thread in self.threads:
            thread.join()

    def next_life(self):
        with self.lock:
            while not self.over and (self.life is None or self.life.gone.is_set()):
                self.changed.wait()
            return None if self.over else self.life

    def work(self, name, step):
        dice, number = random.Random(name), 0
        while True:
            life = self.next_life()
            if life is None:
                return
            number += 1
            try:
                step(life, f"{name}-{number}", dice)
            except GONE:  # ClientError, the daemon's own answer, is none of these
                life.gone.set()  # until the next one
            except botocore.exceptions.ClientError as error:
                # Not acknowledged; nothing but "later, perhaps" may be said to such calls.
                status = error.response["ResponseMetadata"]["HTTPStatusCode"]
                with self.lock:
                    self.refused += 1
                    if status not in (429, 500, 503):
                        self.failures.append(f"{name}: {error}")
                time.sleep(0.05)

    def pause_unless_sending(self):
        if not self.sending:
            time.sleep(0.1)
        return not self.sending

    # --- What the clients do

    def send(self, life, name, dice):
        if self.pause_unless_sending():
            return
        body = json.dumps({"id": name, "pad": "x" * dice.choice((10, 3000))})
        message = life.sqs.send_message(QueueUrl=self.jobs_url, MessageBody=body)
        with self.lock:
            self.sent[name] = message["MessageId"]

    def invoke(self, life, name, dice):
        if self.pause_unless_sending():
            return
        life.functions.invoke(FunctionName="recorder", InvocationType="Event", Payload=json.dumps({"id": name}))
        with self.lock:
            self.events.add(name)
        time.sleep(dice.uniform(0, 0.06))

    def put(self, life, name, dice):
        if self.pause_unless_sending():
            return
        body = dice.randbytes(dice.choice((100, 20_000, 300_000)))
        life.s3.put_object(Bucket="kept", Key=name, Body=body)
        with self.lock:
            self.objects[name] = hashlib.sha256(body).hexdigest()

    def consume(self, life, name, dice):
        begun = time.monotonic()
        answer = life.sqs.receive_message(QueueUrl=self.jobs_url, MaxNumberOfMessages=10, WaitTimeSeconds=1,
                                          VisibilityTimeout=VISIBILITY_SECONDS)
        messages = answer.get("Messages", [])
        ids = [json.loads(message["Body"])["id"] for message in messages]
        with self.lock:
            self.received.update(ids)
            self.came_back.update(self.deleted.intersection(ids))
        for done, message in enumerate(messages):
            try:
                life.sqs.delete_message(QueueUrl=self.jobs_url, ReceiptHandle=message["ReceiptHandle"])
            except (*GONE, botocore.exceptions.ClientError):
                with self.lock:
                    self.in_flight_at_a_kill += len(messages) - done
                raise
            with self.lock:
                if time.monotonic() - begun < VISIBILITY_SECONDS:
                    self.deleted.add(ids[done])
                else:  # on a slow machine: it may have been received again before it was deleted
                    self.in_flight_at_a_kill += 1

    # --- What they found

    def lost_messages(self):
        with self.lock:
            return set(self.sent) - set(self.received)

    def duplicates(self):
        with self.lock:
            return sum(times - 1 for times in self.received.values())


def keys_in(s3, bucket):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return [item["Key"] for page in pages for item in page.get("Contents", [])]


def drain(sqs, url, quiet_polls=2):
    """The bodies of all messages that are there, until nothing came several times."""
    quiet, bodies = 0, []
    while quiet < quiet_polls:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
        quiet = 0 if messages else quiet + 1
        bodies += [message["Body"] for message in messages]
        if messages:
            sqs.delete_message_batch(QueueUrl=url, Entries=[
                {"Id": str(at), "ReceiptHandle": message["ReceiptHandle"]} for at, message in enumerate(messages)])
    return bodies


@contextlib.contextmanager
def measured(into):
    begun = time.monotonic()
    yield
    into.append((time.monotonic() - begun) * 1000)
