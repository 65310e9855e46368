"""A function that remembers what it was called with: in its log."""
import json

from botocore.exceptions import ClientError

from support.lambent_daemon import ROLE, zip_of

SOURCE = "import json\ndef handler(event, context):\n    print('GOT ' + json.dumps(event))\n"


class Recorder:
    """Deleted after the test, by whatever endpoint the daemon then has."""

    def __init__(self, case, name, source=SOURCE, **settings):
        self.daemon, self.name = case.daemon, name
        self.arn = self.daemon.client("lambda").create_function(
            FunctionName=name, Runtime="python3.11", Handler="app.handler", Role=ROLE,
            Code={"ZipFile": zip_of({"app.py": source})}, **settings)["FunctionArn"]
        case.addCleanup(lambda: self.daemon.client("lambda").delete_function(FunctionName=name))

    def events(self):
        """All events so far, in the order of the log."""
        logs = self.daemon.client("logs")
        try:
            lines = logs.filter_log_events(logGroupName=f"/aws/lambda/{self.name}", filterPattern="GOT")["events"]
        except ClientError:
            return []  # nothing was logged yet
        found = [line["message"].partition("GOT ")[2] for line in lines]
        return [json.loads(text) for text in found if text]
