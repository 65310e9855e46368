#!/usr/bin/python3
"""Where a cold start comes from, as `lambent up --stem-cells` says."""
import json
import unittest

from support.lambent_daemon import DaemonTest, eventually

SOURCE = "def handler(event, context):\n    return event\n"


def cold_source(test, name, force="1"):
    """Forces a cold start; the source that its record names."""
    client = test.daemon.client("lambda")
    client.meta.events.register("before-call.lambda.Invoke", lambda params, **_:
                                params["headers"].update({"X-Lambent-Cold": force, "X-Lambent-Record": "1"}))
    answer = client.invoke(FunctionName=name, Payload=b"1")
    test.assertEqual(1, json.load(answer["Payload"]))
    return json.loads(answer["ResponseMetadata"]["HTTPHeaders"]["x-lambent-record"])["source"]


class NoStems(DaemonTest):
    flags = ("--stem-cells", "off")

    def test_every_cold_start_is_a_boot(self):
        self.make_function("booted", SOURCE)
        self.assertEqual(["boot"] * 5, [cold_source(self, "booted") for _ in range(5)])


class Stems(DaemonTest):
    flags = ("--stem-cells", "2")

    def test_a_cold_start_comes_from_a_stem_once_there_are_some(self):
        self.make_function("stemmed", SOURCE)
        eventually(lambda: cold_source(self, "stemmed") == "stem", seconds=180, what="a start from a stem")
        self.assertEqual(["boot"] * 3, [cold_source(self, "stemmed", "boot") for _ in range(3)])


if __name__ == "__main__":
    unittest.main()
