#!/usr/bin/python3
"""@aws-sdk/client-api-gateway: starts the daemon, runs rest_api_node_client.mjs."""
import unittest

from support.lambent_daemon import DaemonTest
from support.node_client import run_node_tests

TONE = "def handler(event, context):\n    return {'body': event['stageVariables']['tone']}\n"


class NodeSdk(DaemonTest):
    def test_the_api_gateway_client_of_the_javascript_sdk(self):
        arn = self.make_function("tone", TONE).get_function(FunctionName="tone")["Configuration"]["FunctionArn"]
        run_node_tests(self, "rest_api_node_client.mjs", {"FUNCTION_ARN": arn})


if __name__ == "__main__":
    unittest.main()
