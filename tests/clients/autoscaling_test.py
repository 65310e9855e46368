#!/usr/bin/python3
"""Application Auto Scaling of provisioned concurrency, as boto3 and the AWS CLI drive it."""
import datetime
import json
import unittest

from botocore.exceptions import ClientError

from support.lambent_daemon import ROLE, DaemonTest, eventually, zip_of

SOURCE = "def handler(event, context):\n    return event\n"
DIMENSION = "lambda:function:ProvisionedConcurrency"


class Autoscaling(DaemonTest):
    def setUp(self):
        self.scaling = self.daemon.client("application-autoscaling")

    def make_alias(self, name):
        """A function with an alias; how requests name it."""
        client = self.daemon.client("lambda")
        client.create_function(FunctionName=name, Runtime="python3.11", Handler="app.handler", Role=ROLE,
                               Code={"ZipFile": zip_of({"app.py": SOURCE})}, Publish=True)
        client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
        named = {"ServiceNamespace": "lambda", "ResourceId": f"function:{name}:live",
                 "ScalableDimension": DIMENSION}
        self.addCleanup(self.forget, name, named)
        return named

    def forget(self, name, named):
        self.daemon.client("lambda").delete_function(FunctionName=name)
        try:
            self.scaling.deregister_scalable_target(**named)
        except ClientError:
            pass

    def provisioned(self, name):
        try:
            return self.daemon.client("lambda").get_provisioned_concurrency_config(
                FunctionName=name, Qualifier="live")["RequestedProvisionedConcurrentExecutions"]
        except ClientError:
            return 0

    def refused(self, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        return caught.exception.response["Error"]

    def test_a_target_brings_its_alias_within_bounds(self):
        named = self.make_alias("bounded")
        self.scaling.register_scalable_target(**named, MinCapacity=2, MaxCapacity=4)
        self.assertEqual(2, self.provisioned("bounded"))
        self.scaling.register_scalable_target(**named, MinCapacity=0, MaxCapacity=1)
        self.assertEqual(1, self.provisioned("bounded"))
        self.scaling.register_scalable_target(**named, SuspendedState={"ScheduledScalingSuspended": True})
        got = self.scaling.describe_scalable_targets(ServiceNamespace="lambda",
                                                     ResourceIds=[named["ResourceId"]])["ScalableTargets"]
        self.assertEqual(1, len(got))
        self.assertEqual((0, 1), (got[0]["MinCapacity"], got[0]["MaxCapacity"]))
        self.assertTrue(got[0]["SuspendedState"]["ScheduledScalingSuspended"])
        self.assertIn("AWSServiceRoleForApplicationAutoScaling_LambdaConcurrency", got[0]["RoleARN"])
        self.assertIsInstance(got[0]["CreationTime"], datetime.datetime)
        activities = self.scaling.describe_scaling_activities(
            ServiceNamespace="lambda", ResourceId=named["ResourceId"])["ScalingActivities"]
        self.assertEqual(["Setting desired capacity to 1.", "Setting desired capacity to 2."],
                         [one["Description"] for one in activities])
        self.assertEqual({"Successful"}, {one["StatusCode"] for one in activities})
        self.scaling.deregister_scalable_target(**named)
        self.assertEqual("ObjectNotFoundException",
                         self.refused(self.scaling.deregister_scalable_target, **named)["Code"])

    def test_a_scheduled_action_changes_the_capacity(self):
        named = self.make_alias("scheduled")
        self.scaling.register_scalable_target(**named, MinCapacity=0, MaxCapacity=10)
        soon = datetime.datetime.utcnow() + datetime.timedelta(seconds=5)
        self.scaling.put_scheduled_action(
            **named, ScheduledActionName="soon", Schedule=soon.strftime("at(%Y-%m-%dT%H:%M:%S)"),
            ScalableTargetAction={"MinCapacity": 1, "MaxCapacity": 5})
        eventually(lambda: self.provisioned("scheduled") == 1, what="the scheduled capacity")
        target = self.scaling.describe_scalable_targets(
            ServiceNamespace="lambda", ResourceIds=[named["ResourceId"]])["ScalableTargets"][0]
        self.assertEqual((1, 5), (target["MinCapacity"], target["MaxCapacity"]))
        causes = [one["Cause"] for one in self.scaling.describe_scaling_activities(
            ServiceNamespace="lambda", ResourceId=named["ResourceId"])["ScalingActivities"]]
        self.assertIn("scheduled action name soon was triggered", causes)

    def test_scheduled_actions_are_kept_as_given(self):
        named = self.make_alias("kept")
        self.scaling.register_scalable_target(**named, MinCapacity=0, MaxCapacity=10)
        start = datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc)
        self.scaling.put_scheduled_action(
            **named, ScheduledActionName="weekdays", Schedule="cron(0 8 ? * MON-FRI *)",
            Timezone="Europe/Paris", StartTime=start, ScalableTargetAction={"MinCapacity": 3})
        self.scaling.put_scheduled_action(**named, ScheduledActionName="hourly", Schedule="rate(1 hour)",
                                          ScalableTargetAction={"MaxCapacity": 9})
        self.daemon.stop()
        self.daemon.start()
        self.scaling = self.daemon.client("application-autoscaling")
        got = self.scaling.describe_scheduled_actions(
            ServiceNamespace="lambda", ScheduledActionNames=["weekdays"])["ScheduledActions"]
        self.assertEqual(1, len(got))
        self.assertEqual(("cron(0 8 ? * MON-FRI *)", "Europe/Paris", start, {"MinCapacity": 3}),
                         (got[0]["Schedule"], got[0]["Timezone"], got[0]["StartTime"],
                          got[0]["ScalableTargetAction"]))
        pages = list(self.scaling.get_paginator("describe_scheduled_actions").paginate(
            ServiceNamespace="lambda", ResourceId=named["ResourceId"], PaginationConfig={"PageSize": 1}))
        self.assertEqual(["hourly", "weekdays"],
                         [one["ScheduledActionName"] for page in pages for one in page["ScheduledActions"]])
        # An update leaves what it does not name, but for start and end.
        self.scaling.put_scheduled_action(**named, ScheduledActionName="weekdays", Timezone="UTC")
        got = self.scaling.describe_scheduled_actions(
            ServiceNamespace="lambda", ScheduledActionNames=["weekdays"])["ScheduledActions"][0]
        self.assertEqual(("UTC", {"MinCapacity": 3}), (got["Timezone"], got["ScalableTargetAction"]))
        self.assertNotIn("StartTime", got)
        self.scaling.delete_scheduled_action(**named, ScheduledActionName="weekdays")
        self.assertEqual("ObjectNotFoundException", self.refused(
            self.scaling.delete_scheduled_action, **named, ScheduledActionName="weekdays")["Code"])

    def test_a_target_tracking_policy_is_kept_and_replaced(self):
        named = self.make_alias("tracked")
        self.scaling.register_scalable_target(**named, MinCapacity=0, MaxCapacity=10)
        tracking = {"TargetValue": 0.7, "PredefinedMetricSpecification": {
            "PredefinedMetricType": "LambdaProvisionedConcurrencyUtilization"}}
        put = self.scaling.put_scaling_policy(
            **named, PolicyName="seventy", PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=tracking)
        self.assertEqual(2, len(put["Alarms"]))
        self.assertIn("AlarmHigh", put["Alarms"][0]["AlarmName"])
        again = self.scaling.put_scaling_policy(
            **named, PolicyName="seventy", PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={**tracking, "TargetValue": 0.5, "ScaleInCooldown": 60})
        self.assertEqual(put["PolicyARN"], again["PolicyARN"])
        policy = self.scaling.describe_scaling_policies(ServiceNamespace="lambda")["ScalingPolicies"][0]
        shown = policy["TargetTrackingScalingPolicyConfiguration"]
        self.assertEqual((0.5, 60, False), (shown["TargetValue"], shown["ScaleInCooldown"],
                                            shown["DisableScaleIn"]))
        self.scaling.delete_scaling_policy(**named, PolicyName="seventy")
        self.assertEqual([], self.scaling.describe_scaling_policies(ServiceNamespace="lambda")["ScalingPolicies"])

    def test_what_cannot_be_is_refused_as_aws_does(self):
        named = self.make_alias("refusing")
        register = self.scaling.register_scalable_target
        self.assertEqual("ObjectNotFoundException", self.refused(
            self.scaling.put_scheduled_action, **named, ScheduledActionName="x", Schedule="rate(1 day)",
            ScalableTargetAction={"MinCapacity": 1})["Code"])
        for wrong in ({"MinCapacity": 1}, {"MinCapacity": 5, "MaxCapacity": 4}, {"MinCapacity": -1, "MaxCapacity": 4}):
            self.assertEqual("ValidationException", self.refused(register, **named, **wrong)["Code"])
        for resource in ("function:refusing", "function:refusing:none", "function:refusing:$LATEST", "x"):
            self.assertEqual("ValidationException", self.refused(
                register, **{**named, "ResourceId": resource}, MinCapacity=0, MaxCapacity=1)["Code"])
        self.assertEqual("ValidationException", self.refused(
            register, **{**named, "ServiceNamespace": "ecs"}, MinCapacity=0, MaxCapacity=1)["Code"])
        register(**named, MinCapacity=0, MaxCapacity=1)
        for wrong in ({"Schedule": "cron(0 8 * * * *)"}, {"Schedule": "at(2020-01-01T00:00:00)"},
                      {"Schedule": "rate(1 day)", "Timezone": "Mars/Olympus"}, {}):
            self.assertEqual("ValidationException", self.refused(
                self.scaling.put_scheduled_action, **named, ScheduledActionName="x", **wrong,
                ScalableTargetAction={"MinCapacity": 1})["Code"])
        self.assertEqual("ValidationException", self.refused(
            self.scaling.put_scaling_policy, **named, PolicyName="steps", PolicyType="StepScaling",
            StepScalingPolicyConfiguration={"AdjustmentType": "ExactCapacity"})["Code"])

    def test_the_cli_scales_too(self):
        named = self.make_alias("by-cli")
        words = ["--service-namespace", "lambda", "--resource-id", named["ResourceId"],
                 "--scalable-dimension", DIMENSION]
        aws = lambda *what: self.daemon.aws("application-autoscaling", *what)
        aws("register-scalable-target", *words, "--min-capacity", "1", "--max-capacity", "3")
        aws("put-scheduled-action", *words, "--scheduled-action-name", "night", "--schedule",
            "cron(0 22 * * ? *)", "--timezone", "America/New_York", "--scalable-target-action",
            "MinCapacity=0,MaxCapacity=0")
        aws("put-scaling-policy", *words, "--policy-name", "half", "--policy-type", "TargetTrackingScaling",
            "--target-tracking-scaling-policy-configuration", json.dumps({
                "TargetValue": 0.5, "PredefinedMetricSpecification": {
                    "PredefinedMetricType": "LambdaProvisionedConcurrencyUtilization"}}))
        shown = json.loads(aws("describe-scheduled-actions", "--service-namespace", "lambda"))
        self.assertEqual("night", shown["ScheduledActions"][0]["ScheduledActionName"])
        shown = json.loads(aws("describe-scaling-activities", "--service-namespace", "lambda"))
        self.assertEqual("Setting desired capacity to 1.", shown["ScalingActivities"][0]["Description"])
        aws("deregister-scalable-target", *words)
        self.assertEqual([], json.loads(aws("describe-scalable-targets", "--service-namespace",
                                            "lambda"))["ScalableTargets"])


if __name__ == "__main__":
    unittest.main()
