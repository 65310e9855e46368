#!/usr/bin/python3
"""Web endpoints of topics: they confirm by the link that they are sent, and private ones are out of reach."""
import http.server
import json
import queue
import threading
import unittest
import urllib.error
import urllib.request

from support.lambent_daemon import DaemonTest, eventually


class Endpoint:
    """A server that keeps what it is sent, and answers with the statuses that the test has put, or 200."""

    def __init__(self, case):
        self.posts, self.statuses = queue.Queue(), queue.Queue()
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status = 200 if endpoint.statuses.empty() else endpoint.statuses.get()
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()
                endpoint.posts.put((dict(self.headers), body))

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/inbox"
        thread = threading.Thread(target=self.server.serve_forever)
        thread.start()
        case.addCleanup(thread.join)
        case.addCleanup(self.server.server_close)
        case.addCleanup(self.server.shutdown)

    def next(self):
        return self.posts.get(timeout=180)


class WebEndpoints(DaemonTest):
    flags = ("--allow-private-endpoints",)

    def test_an_endpoint_confirms_and_is_sent_what_is_published(self):
        sns, endpoint = self.daemon.client("sns"), Endpoint(self)
        topic = sns.create_topic(Name="web")["TopicArn"]
        asked = sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
        self.assertEqual("pending confirmation", asked["SubscriptionArn"])
        headers, body = endpoint.next()
        self.assertEqual("SubscriptionConfirmation", headers["x-amz-sns-message-type"])
        question = json.loads(body)
        self.assertEqual((topic, headers["x-amz-sns-message-id"]), (question["TopicArn"], question["MessageId"]))
        [pending] = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        self.assertEqual("PendingConfirmation", pending["SubscriptionArn"])
        sns.publish(TopicArn=topic, Message="too early")
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(question["SubscribeURL"] + "0", timeout=180)
        self.assertEqual(400, refused.exception.code)
        with urllib.request.urlopen(question["SubscribeURL"], timeout=180) as answer:
            self.assertIn(b"<SubscriptionArn>" + topic.encode(), answer.read())
        [known] = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        endpoint.statuses.put(503)
        sent = sns.publish(TopicArn=topic, Message="hello", Subject="News")
        for _ in range(2):  # the first is refused, and tried again
            headers, body = endpoint.next()
            self.assertEqual(("Notification", sent["MessageId"], known["SubscriptionArn"]), (
                headers["x-amz-sns-message-type"], headers["x-amz-sns-message-id"],
                headers["x-amz-sns-subscription-arn"]))
            self.assertEqual(("hello", "News"), (json.loads(body)["Message"], json.loads(body)["Subject"]))
        sns.unsubscribe(SubscriptionArn=known["SubscriptionArn"])
        self.assertTrue(endpoint.posts.empty())

    def test_nothing_else_is_open_to_who_does_not_sign(self):
        for query in ("Action=ListTopics&Version=2010-03-31", "Action=Unsubscribe&SubscriptionArn=a"):
            with self.assertRaises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"{self.daemon.endpoint}/?{query}", timeout=180)
            self.assertEqual(403, refused.exception.code)


class PrivateEndpoints(DaemonTest):
    def test_an_endpoint_on_this_machine_is_out_of_reach(self):
        sns, sqs, endpoint = self.daemon.client("sns"), self.daemon.client("sqs"), Endpoint(self)
        topic = sns.create_topic(Name="web")["TopicArn"]
        for url in (endpoint.url, endpoint.url.replace("127.0.0.1", "localhost")):
            sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=url)
        eventually(lambda: self.daemon.tail(1 << 20).count("not a public one") >= 2, 180, "both refusals")
        self.assertTrue(endpoint.posts.empty())


if __name__ == "__main__":
    unittest.main()
