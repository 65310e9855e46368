#!/usr/bin/python3
"""@aws-sdk/client-sns against the SNS door: starts the daemon, runs sns_node_client.mjs."""
import unittest

from support.lambent_daemon import DaemonTest
from support.node_client import run_node_tests


class NodeSdk(DaemonTest):
    def test_the_sns_client_of_the_javascript_sdk(self):
        run_node_tests(self, "sns_node_client.mjs", {})


if __name__ == "__main__":
    unittest.main()
