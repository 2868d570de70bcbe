"""Runs the functions that work for CloudFormation, in an emulator of AWS, with each status that their stack may have.

Run in the repository's root: .venv/bin/python checks/deployments/test_functions.py
"""

import json
import sys
import unittest
from datetime import datetime
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import boto3
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.cloudformation.models import cloudformation_backends

sys.dont_write_bytecode = True
REGION, ACCOUNT = "us-east-1", "123456789012"
TEMPLATE = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
# Those of which CloudFormation sends Delete
# (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html).
STATUSES = {
    "DELETE_IN_PROGRESS": True, "ROLLBACK_IN_PROGRESS": True,
    "UPDATE_IN_PROGRESS": False, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": False,
    "UPDATE_ROLLBACK_IN_PROGRESS": False, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": False,
}


def run(path, event):
    """What a function answers."""
    answers = []
    sys.modules["cfnresponse"] = cfnresponse = ModuleType("cfnresponse")
    cfnresponse.SUCCESS, cfnresponse.FAILED = "SUCCESS", "FAILED"
    cfnresponse.send = lambda event, context, status, data, physical_id, reason=None: answers.append((status, data, physical_id, reason))
    names = {"__name__": "index"}
    exec(compile(Path(path).read_text(encoding="utf-8"), path, "exec"), names)
    names["handler"](event, None)
    (answer,) = answers
    return answer


class EmptyBucket(unittest.TestCase):
    """constructs/storage/empty_bucket.py"""

    def make(self):
        """The bucket, with two versions and a delete marker in it, and its stack."""
        self.s3 = boto3.client("s3", REGION)
        self.s3.create_bucket(Bucket="data")
        self.s3.put_bucket_versioning(Bucket="data", VersioningConfiguration={"Status": "Enabled"})
        self.s3.put_bucket_policy(Bucket="data", Policy=json.dumps({"Version": "2012-10-17", "Statement": [{
            "Sid": "First", "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"}]}))
        for body in (b"1", b"2"):
            self.s3.put_object(Bucket="data", Key="a", Body=body)
        self.s3.delete_object(Bucket="data", Key="a")
        self.stack = boto3.client("cloudformation", REGION).create_stack(StackName="s", TemplateBody=TEMPLATE)["StackId"]

    def ask(self, request, status):
        """What is left of the bucket: versions with delete markers, and the statements of its policy."""
        cloudformation_backends[ACCOUNT][REGION].stacks[self.stack].status = status
        answer = run("constructs/storage/empty_bucket.py", {
            "RequestType": request, "StackId": self.stack, "ResourceProperties": {"Bucket": "data"}})
        self.assertEqual(answer, ("SUCCESS", {}, "data", None))
        listed = self.s3.list_object_versions(Bucket="data")
        policy = json.loads(self.s3.get_bucket_policy(Bucket="data")["Policy"])
        return len(listed.get("Versions", []) + listed.get("DeleteMarkers", [])), [s["Sid"] for s in policy["Statement"]]

    def test_it_empties_when_the_stack_goes_and_at_no_other_time(self):
        for status, goes in STATUSES.items():
            with self.subTest(status), mock_aws():
                self.make()
                self.assertEqual(self.ask("Delete", status), (0, ["First", "Goes"]) if goes else (3, ["First"]))

    @mock_aws
    def test_it_does_nothing_else(self):
        self.make()
        for request in ("Create", "Update"):
            self.assertEqual(self.ask(request, "DELETE_IN_PROGRESS"), (3, ["First"]))


class WriteFiles(unittest.TestCase):
    """constructs/storage/write_files.py"""

    FILES = [{"Name": "dag", "Path": "dags/a.py", "Text": "new"}, {"Path": "dags/a", "Text": "same"}]

    def ask(self, request, stack):
        """What it answers."""
        return run("constructs/storage/write_files.py", {"RequestType": request, "StackId": stack, "ResourceProperties": {
            "Bucket": "files", "BucketArn": "arn:aws:s3:::files", "Files": self.FILES}})

    def test_it_takes_back_what_it_wrote_when_the_creation_is_rolled_back_and_at_no_other_time(self):
        for status in STATUSES:
            with self.subTest(status), mock_aws():
                s3 = boto3.client("s3", REGION)
                s3.create_bucket(Bucket="files")
                s3.put_bucket_versioning(Bucket="files", VersioningConfiguration={"Status": "Enabled"})
                with patch("moto.s3.models.utcnow", return_value=datetime(2026, 1, 1)):
                    for key, body in (("dags/a.py", b"old"), ("dags/a", b"same"), ("dags/a.pyc", b"another")):
                        s3.put_object(Bucket="files", Key=key, Body=body)
                stack = boto3.client("cloudformation", REGION).create_stack(StackName="s", TemplateBody=TEMPLATE)["StackId"]
                self.assertEqual(self.ask("Create", stack)[0], "SUCCESS")
                self.assertEqual(s3.get_object(Bucket="files", Key="dags/a.py")["Body"].read(), b"new")
                cloudformation_backends[ACCOUNT][REGION].stacks[stack].status = status
                self.assertEqual(self.ask("Delete", stack)[0], "SUCCESS")
                left = [v["Key"] for v in s3.list_object_versions(Bucket="files")["Versions"]]
                rolled_back = status == "ROLLBACK_IN_PROGRESS"
                self.assertEqual(sorted(left), sorted(["dags/a.py"] * (1 if rolled_back else 2) + ["dags/a", "dags/a.pyc"]))

    def test_permissions_that_are_not_known_yet_are_waited_for(self):
        refused = ClientError({"Error": {"Code": "AccessDenied"}}, "ListObjectsV2")
        for refusals, status in ((3, "SUCCESS"), (4, "FAILED")):
            with patch("boto3.client") as client, patch("time.sleep") as sleep:
                s3 = client.return_value
                s3.list_objects_v2.side_effect = [refused] * refusals + [{}, {}]
                s3.put_object.return_value = {"VersionId": "v1"}
                answer = self.ask("Create", "s")
                self.assertEqual((answer[0], answer[1].get("dag"), sleep.call_count), (status, "v1" if status == "SUCCESS" else None, 3))


@mock_aws
class Network(unittest.TestCase):
    """constructs/network/function.py"""

    def ask(self, kind, properties, request="Create", **more):
        """What it answers: the status, the physical id and the reason."""
        status, data, physical_id, reason = run("constructs/network/function.py", {
            "RequestType": request, "ResourceType": kind, "LogicalResourceId": "Logical", "ResourceProperties": properties} | more)
        self.assertEqual(data, {"Id": physical_id} if status == "SUCCESS" else {})
        return status, physical_id, reason

    def test_a_prefix_list_is_found_by_its_name(self):
        status, found, _ = self.ask("Custom::S3PrefixList", {"Name": f"com.amazonaws.{REGION}.s3"})
        self.assertEqual(status, "SUCCESS")
        self.assertRegex(found, "^pl-[0-9a-f]+$")

    def test_a_name_that_nothing_has_is_told(self):
        status, physical_id, reason = self.ask("Custom::S3PrefixList", {"Name": "com.amazonaws.mars.s3"})
        self.assertEqual((status, physical_id), ("FAILED", "Logical"))
        self.assertIn("0 prefix lists are named com.amazonaws.mars.s3", reason)

    def test_a_group_loses_its_rules(self):
        ec2 = boto3.client("ec2", REGION)
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        (group,) = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]
        self.assertTrue(group["IpPermissionsEgress"])
        self.assertEqual(self.ask("Custom::EmptySecurityGroup", {"GroupId": group["GroupId"]}), ("SUCCESS", group["GroupId"], None))
        (group,) = ec2.describe_security_groups(GroupIds=[group["GroupId"]])["SecurityGroups"]
        self.assertEqual((group["IpPermissions"], group["IpPermissionsEgress"]), ([], []))

    def test_what_goes_is_left_as_it_is(self):
        self.assertEqual(self.ask("Custom::S3PrefixList", {"Name": "?"}, "Delete", PhysicalResourceId="pl-1"), ("SUCCESS", "pl-1", None))

    def test_permissions_that_are_not_known_yet_are_waited_for(self):
        refused = ClientError({"Error": {"Code": "UnauthorizedOperation"}}, "DescribeManagedPrefixLists")
        for refusals, status in ((3, "SUCCESS"), (4, "FAILED")):
            answers = [refused] * refusals + [{"PrefixLists": [{"PrefixListId": "pl-1"}]}]
            with patch("boto3.client") as client, patch("time.sleep") as sleep:
                client.return_value.describe_managed_prefix_lists.side_effect = answers
                self.assertEqual(self.ask("Custom::S3PrefixList", {"Name": "n"})[0], status)
                self.assertEqual(sleep.call_count, 3)


if __name__ == "__main__":
    unittest.main()
