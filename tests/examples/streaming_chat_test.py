"""The streaming chat sends word after word, and the first one long before it has the last."""
import http.client
import json
import unittest
import urllib.parse

from example_support import EXAMPLES, CommandTest

FOLDER = EXAMPLES / "streaming-chat"


class StreamingChat(CommandTest):
    def visit(self, method, path, body=None, headers=None):
        at = urllib.parse.urlsplit(self.daemon.endpoint)
        connection = http.client.HTTPConnection(at.hostname, at.port, timeout=60)
        self.addCleanup(connection.close)
        connection.request(method, path, body, {"Host": self.host, "Content-Type": "application/json", **(headers or {})})
        return connection.getresponse()

    def deploy(self, pace_ms):
        deployed = self.lambent_json("deploy", FOLDER, "--parameter", f"PaceMs={pace_ms}")
        self.host = urllib.parse.urlsplit(deployed["functions"][0]["url"]).netloc
        return deployed["functions"][0]

    def words(self, text):
        return [json.loads(line[6:])["word"] for line in text.splitlines() if line.startswith('data: {"word"')]

    def test_an_answer_comes_word_by_word(self):
        self.assertEqual("created", self.deploy(1)["action"])
        self.assertEqual("unchanged", self.deploy(1)["action"])
        answer = self.visit("POST", "/chat", json.dumps({"say": "größe counts"}), {"Origin": "https://a.example"})
        self.assertEqual((200, "text/event-stream", "*"), (answer.status, answer.getheader("Content-Type"),
                                                           answer.getheader("Access-Control-Allow-Origin")))
        text = answer.read().decode()
        self.assertEqual(["You", "said:", "größe", "counts"], self.words(text))
        self.assertTrue(text.endswith("event: end\ndata: {}\n\n"))

    def test_the_first_word_comes_while_the_function_thinks(self):
        self.deploy(5_000)
        answer = self.visit("POST", "/chat", json.dumps({"say": "hello"}))
        self.assertEqual(b'data: {"word":"You"}\n', answer.readline())
        self.assertIn("busy", [one["state"] for one in self.lambent_json("ps")["environments"]])
        self.assertEqual(["said:", "hello"], self.words(answer.read().decode()))

    def test_the_page_and_what_is_not_there(self):
        shown = self.lambent("deploy", FOLDER).stdout
        self.host = urllib.parse.urlsplit(next(word for word in shown.split() if ".lambda-url." in word)).netloc
        page = self.visit("GET", "/")
        self.assertEqual((200, "text/html; charset=utf-8"), (page.status, page.getheader("Content-Type")))
        self.assertIn(b"<form", page.read())
        for method, path, body in (("GET", "/other", None), ("POST", "/chat", "not json"), ("POST", "/chat", "{}")):
            self.assertEqual(404, self.visit(method, path, body).status)

    def test_its_event_is_a_true_one(self):
        self.deploy(1)
        answer = self.lambent("invoke", "streaming-chat", "--payload", f"@{FOLDER / 'event.json'}").stdout
        self.assertIn('data: {"word":"hello"}', answer)


if __name__ == "__main__":
    unittest.main()
