"""The guest book's REST APIs: made by the template, called as clients do, changed by another."""
import json
import pathlib
import shutil
import tempfile
import unittest
import urllib.parse

from example_support import EXAMPLES, CommandTest

from support.raw_http import ask, signed_headers

FOLDER = EXAMPLES / "guestbook-api"


class GuestbookApi(CommandTest):
    def deploy(self, folder):
        """{name: (action, host, path of the stage)} of its APIs."""
        apis = {}
        for api in self.lambent_json("deploy", folder)["apis"]:
            url = urllib.parse.urlsplit(api["url"])
            apis[api["name"]] = (api["action"], url.netloc, url.path)
        return apis

    def visit(self, host, method, path):
        status, _, body = ask(self.daemon, method, path, host=host)
        return status, json.loads(body)

    def test_a_template_makes_rest_apis_and_changes_them(self):
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch) / "book"
            shutil.copytree(FOLDER, folder)
            apis = self.deploy(folder)
            self.assertEqual({"book": ("created", "/Prod/"), "keepers": ("created", "/v1/")},
                             {name: (action, stage) for name, (action, _, stage) in apis.items()})
            host = apis["book"][1]
            self.assertEqual((200, {"message": "Hello, Ada"}), self.visit(host, "GET", "/Prod/guests/Ada"))
            self.assertEqual((404, {"message": "There is no /x"}), self.visit(host, "PUT", "/Prod/x"))
            keepers = apis["keepers"][1]
            self.assertEqual((403, {"message": "Missing Authentication Token"}), self.visit(keepers, "GET", "/v1/book"))
            good = signed_headers(self.daemon, "GET", "/v1/book", service="execute-api", host=keepers)
            status, _, body = ask(self.daemon, "GET", "/v1/book", headers=good)
            self.assertEqual((200, "formal"), (status, json.loads(body)["tone"]), body)
            again = self.deploy(folder)
            self.assertEqual({"unchanged"}, {action for action, _, _ in again.values()})
            template = folder / "template.yaml"
            template.write_text(template.read_text().replace("/guests/{name}", "/visitors/{who}").replace("formal", "warm"))
            changed = self.deploy(folder)
            self.assertEqual({"book": ("updated", host), "keepers": ("updated", keepers)},
                             {name: (action, at) for name, (action, at, _) in changed.items()})
            self.assertEqual((404, {"message": "There is no /visitors/Ada"}), self.visit(host, "GET", "/Prod/visitors/Ada"))
            self.assertEqual((404, {"message": "There is no /guests/Ada"}), self.visit(host, "GET", "/Prod/guests/Ada"))


if __name__ == "__main__":
    unittest.main()
