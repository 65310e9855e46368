#!/usr/bin/python3
"""@aws-sdk/client-eventbridge and client-scheduler: starts the daemon, runs events_node_client.mjs."""
import unittest

from support.lambent_daemon import DaemonTest, eventually
from support.node_client import run_node_tests
from support.recorder import Recorder


class NodeSdk(DaemonTest):
    def test_the_event_clients_of_the_javascript_sdk(self):
        recorder = Recorder(self, "node-events")
        run_node_tests(self, "events_node_client.mjs", {"FUNCTION_ARN": recorder.arn})
        # What the clients set going: an event by a rule, one by a schedule through the bus, a schedule's input.
        eventually(lambda: len(recorder.events()) >= 3, what="three invocations")
        kinds = sorted(event.get("detail", event).get("kind") for event in recorder.events())
        self.assertEqual(["put", "scheduled event", "scheduled input"], kinds)


if __name__ == "__main__":
    unittest.main()
