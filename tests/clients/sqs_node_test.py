#!/usr/bin/python3
"""@aws-sdk/client-sqs against the SQS door: starts the daemon, runs sqs_node_client.mjs."""
import unittest

from support.lambent_daemon import DaemonTest
from support.node_client import run_node_tests


class NodeSdk(DaemonTest):
    def test_the_sqs_client_of_the_javascript_sdk(self):
        run_node_tests(self, "sqs_node_client.mjs", {})


if __name__ == "__main__":
    unittest.main()
