#!/usr/bin/python3
"""How functions are run, by @aws-sdk/client-lambda: starts the daemon, runs lambda_settings_node_client.mjs."""
import pathlib
import unittest

from support.lambent_daemon import DaemonTest, zip_of
from support.node_client import run_node_tests

HANDLER = "export const handler = async (event, context) => `{name} ${{context.functionVersion}}`;\n"


class NodeSdk(DaemonTest):
    def test_the_javascript_sdk_sets_how_functions_are_run(self):
        packages = {}
        for name in ("first", "second"):
            package = pathlib.Path(self.folder.name) / f"{name}.zip"
            package.write_bytes(zip_of({"app.mjs": HANDLER.format(name=name)}))
            packages[f"{name.upper()}_ZIP"] = str(package)
        run_node_tests(self, "lambda_settings_node_client.mjs", packages)


if __name__ == "__main__":
    unittest.main()
