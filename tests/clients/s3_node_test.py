#!/usr/bin/python3
"""@aws-sdk/client-s3 against the S3 door: starts the daemon, runs s3_node_client.mjs."""
import unittest

from support.lambent_daemon import DaemonTest
from support.node_client import run_node_tests


class NodeSdk(DaemonTest):
    def test_the_s3_client_of_the_javascript_sdk(self):
        run_node_tests(self, "s3_node_client.mjs", {})


if __name__ == "__main__":
    unittest.main()
