#!/usr/bin/python3
"""@aws-sdk/client-lambda against the Lambda door: starts the daemon, runs lambda_node_client.mjs."""
import pathlib
import unittest

from support.lambent_daemon import DaemonTest, zip_of
from support.node_client import run_node_tests

HANDLER = """
export const handler = async (event) => {
    console.log('greeting', event.name.toLowerCase());
    return { said: `${process.env.GREETING} ${event.name}` };
};
"""


class NodeSdk(DaemonTest):
    def test_the_lambda_client_of_the_javascript_sdk(self):
        package = pathlib.Path(self.folder.name) / "function.zip"
        package.write_bytes(zip_of({"app.mjs": HANDLER}))
        run_node_tests(self, "lambda_node_client.mjs", {"FUNCTION_ZIP": str(package)})


if __name__ == "__main__":
    unittest.main()
