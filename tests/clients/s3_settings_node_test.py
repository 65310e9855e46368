#!/usr/bin/python3
"""Settings of buckets and objects by @aws-sdk/client-s3: starts the daemon, runs s3_settings_node_client.mjs."""
import unittest

from support.lambent_daemon import DaemonTest
from support.node_client import run_node_tests


class NodeSdk(DaemonTest):
    def test_the_javascript_sdk_sets_what_buckets_and_objects_have(self):
        run_node_tests(self, "s3_settings_node_client.mjs", {})


if __name__ == "__main__":
    unittest.main()
