"""What a SAM template says of how its functions are run: aliases, concurrency, asynchronous events."""
import json
import pathlib
import tempfile
import unittest

from example_support import CommandTest, eventually

from support.raw_http import ask, call_api

TEMPLATE = """Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: python3.11
    Handler: app.handler
    CodeUri: src/
    EventInvokeConfig: {MaximumRetryAttempts: 0}
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: worker
      AutoPublishAlias: live
      VersionDescription: from a template
      ReservedConcurrentExecutions: 3
      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 1}
      RecursiveLoop: Allow
      DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Dead.Arn}
      EventInvokeConfig:
        MaximumRetryAttempts: 1
        DestinationConfig:
          OnFailure: {Type: Lambda, Destination: !GetAtt Witness.Arn}
      FunctionUrlConfig: {AuthType: NONE}
      Policies: AWSLambdaBasicExecutionRole
      Tags: {team: a, tier: web}
      Events:
        Job:
          Type: SQS
          Properties: {Queue: !GetAtt Jobs.Arn}
        Page:
          Type: HttpApi
          Properties: {Path: /page, Method: get}
  Witness:
    Type: AWS::Serverless::Function
    Properties: {FunctionName: witness}
  Jobs: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs}}
  Dead: {Type: AWS::SQS::Queue, Properties: {QueueName: dead}}
Outputs:
  Live: {Value: !Ref Worker.Alias}
"""

CODE = "def handler(event, context):\n    return [{mark}, context.function_version]\n"


class FunctionSettings(CommandTest):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name) / "shop"
        (self.folder / "src").mkdir(parents=True)
        self.client = self.daemon.client("lambda")

    def deploy(self, template, mark):
        """What happened to the worker, and the whole report."""
        (self.folder / "template.yaml").write_text(template)
        (self.folder / "src" / "app.py").write_text(CODE.format(mark=mark))
        report = self.lambent_json("deploy", self.folder)
        return next(one for one in report["functions"] if one["name"] == "worker"), report

    def answers(self, worker, report):
        """Of the alias, of its URL, and of the API's route that leads to it."""
        invoked = self.client.invoke(FunctionName="worker", Qualifier="live")
        api = report["apis"][0]["url"].split("/")[2]
        pages = [ask(self.daemon, "GET", path, host=host)
                 for host, path in ((worker["url"].split("/")[2], "/"), (api, "/page"))]
        return [json.loads(invoked["Payload"].read()), *(json.loads(body) for _, _, body in pages)]

    def test_a_function_is_run_as_its_template_says(self):
        worker, report = self.deploy(TEMPLATE, 1)
        arn = "arn:aws:lambda:us-east-1:000000000000:function:worker:live"
        self.assertEqual(("created", arn), (worker["action"], worker["arn"]))
        self.assertEqual({"Live": arn}, report["outputs"])
        self.assertEqual([[1, "1"]] * 3, self.answers(worker, report))
        version = self.client.get_function_configuration(FunctionName="worker", Qualifier="1")
        self.assertEqual("from a template", version["Description"])
        self.assertTrue(version["DeadLetterConfig"]["TargetArn"].endswith(":dead"))
        self.assertEqual(3, self.client.get_function_concurrency(FunctionName="worker")["ReservedConcurrentExecutions"])
        eventually(lambda: self.client.get_provisioned_concurrency_config(
            FunctionName="worker", Qualifier="live")["Status"] == "READY", what="the provisioned environment")
        events = self.client.get_function_event_invoke_config(FunctionName="worker", Qualifier="live")
        self.assertEqual(1, events["MaximumRetryAttempts"])
        self.assertTrue(events["DestinationConfig"]["OnFailure"]["Destination"].endswith(":witness"))
        globally = self.client.get_function_event_invoke_config(FunctionName="witness")
        self.assertEqual(0, globally["MaximumRetryAttempts"])
        looping = call_api(self.daemon, "GET", "/2024-08-31/functions/worker/recursion-config")
        self.assertEqual((200, {"RecursiveLoop": "Allow"}), looping)
        tags = {"lambent:endpoint": "open", "team": "a", "tier": "web"}
        self.assertEqual(tags, self.client.get_function(FunctionName="worker")["Tags"])
        [mapping] = self.client.list_event_source_mappings()["EventSourceMappings"]
        self.assertEqual(arn, mapping["FunctionArn"])
        self.change_it(worker)

    def change_it(self, before):
        """A second time nothing changes; other code is another version behind the same alias and URL."""
        self.assertEqual("unchanged", self.deploy(TEMPLATE, 1)[0]["action"])
        self.assertEqual("1", self.client.get_alias(FunctionName="worker", Name="live")["FunctionVersion"])
        other = TEMPLATE.replace("Executions: 3", "Executions: 4").replace("MaximumRetryAttempts: 1", "MaximumEventAgeInSeconds: 90")
        other = other.replace("      DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Dead.Arn}\n", "")
        other = other.replace("      Policies: AWSLambdaBasicExecutionRole\n", "").replace(", tier: web", "")
        worker, report = self.deploy(other, 2)
        self.assertEqual(("updated", before["url"]), (worker["action"], worker["url"]))
        self.assertEqual([[2, "2"]] * 3, self.answers(worker, report))
        self.assertEqual(4, self.client.get_function_concurrency(FunctionName="worker")["ReservedConcurrentExecutions"])
        events = self.client.get_function_event_invoke_config(FunctionName="worker", Qualifier="live")
        self.assertEqual((90, 0), (events["MaximumEventAgeInSeconds"], events["MaximumRetryAttempts"]))  # and Globals'
        self.assertNotIn("DeadLetterConfig", self.client.get_function_configuration(FunctionName="worker"))
        self.assertEqual({"team": "a"}, self.client.get_function(FunctionName="worker")["Tags"])
        self.assertEqual("unchanged", self.deploy(other, 2)[0]["action"])
        self.assertEqual(1, len(self.client.list_event_source_mappings()["EventSourceMappings"]))


if __name__ == "__main__":
    unittest.main()
