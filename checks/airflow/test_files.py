"""Runs what an environment is given besides its DAGs: the function that writes its files, against moto, and the startup script.

Run in the repository's root: .venv/bin/python checks/airflow/test_files.py
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from types import ModuleType

import boto3
from moto import mock_aws

sys.dont_write_bytecode = True
os.environ |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}
READ = json.loads(subprocess.run(
    ["node", Path(__file__).with_name("files.js"), *sys.argv[1:2]], check=True, capture_output=True, text=True).stdout)


@mock_aws
class Writer(unittest.TestCase):
    """The function, as CloudFormation calls it."""

    def setUp(self):
        self.s3 = boto3.client("s3")
        self.s3.create_bucket(Bucket="files")
        self.s3.put_bucket_versioning(Bucket="files", VersioningConfiguration={"Status": "Enabled"})

    def ask(self, request, files, before=None, bucket="files", old_bucket="files"):
        """CloudFormation's request, and what it is answered: whether it worked, what it was told, and which resource that is."""
        event = {"RequestType": request, "StackId": "none", "ResourceProperties": {"Bucket": bucket, "BucketArn": f"arn:aws:s3:::{bucket}", "Files": files}}
        if before is not None:
            event["OldResourceProperties"] = {"Bucket": old_bucket, "Files": before}
        answers = []
        sys.modules["cfnresponse"] = cfnresponse = ModuleType("cfnresponse")
        cfnresponse.SUCCESS, cfnresponse.FAILED = "SUCCESS", "FAILED"
        cfnresponse.send = lambda event, context, status, data, physical_id, reason=None: answers.append((status, data, physical_id))
        names = {}
        exec(compile(READ["writer"], "index.py", "exec"), names)
        names["handler"](event, None)
        (answer,) = answers
        return answer

    def versions(self, path):
        listed = self.s3.list_object_versions(Bucket="files", Prefix=path)
        return [v["VersionId"] for v in listed.get("Versions", [])], len(listed.get("DeleteMarkers", []))

    def test_files_are_written_and_versions_told(self):
        files = [{"Path": "dags/a.py", "Text": "dag ä"}, {"Path": "config/r.txt", "Text": "x==1", "Name": "Requirements"}]
        status, data, physical_id = self.ask("Create", files)
        self.assertEqual((status, physical_id), ("SUCCESS", "files"))
        self.assertEqual(self.s3.get_object(Bucket="files", Key="dags/a.py")["Body"].read().decode(), "dag ä")
        self.assertEqual(data, {"Requirements": self.versions("config/r.txt")[0][0], "URI": "s3://files/", "ARN": "arn:aws:s3:::files"})

    def test_what_did_not_change_keeps_its_version(self):
        same = {"Path": "config/r.txt", "Text": "x==1", "Name": "Requirements"}
        _, first, _ = self.ask("Create", [same, {"Path": "dags/a.py", "Text": "1"}])
        _, second, _ = self.ask("Update", [same, {"Path": "dags/a.py", "Text": "2"}], [same, {"Path": "dags/a.py", "Text": "1"}])
        self.assertEqual(first, second)
        self.assertEqual((len(self.versions("config/r.txt")[0]), len(self.versions("dags/a.py")[0])), (1, 2))

    def test_what_changed_has_another_version(self):
        before, after = ({"Path": "config/r.txt", "Text": t, "Name": "Requirements"} for t in ("x==1", "x==2"))
        _, first, _ = self.ask("Create", [before])
        _, second, _ = self.ask("Update", [after], [before])
        self.assertNotEqual(first, second)
        self.assertEqual(self.s3.get_object(Bucket="files", Key="config/r.txt", VersionId=second["Requirements"])["Body"].read(), b"x==2")

    def test_a_dag_that_is_left_out_goes_and_others_stay(self):
        files = [{"Path": f"dags/{n}.py", "Text": n} for n in "ab"]
        self.ask("Create", files)
        self.s3.put_object(Bucket="files", Key="dags/of_the_team.py", Body=b"c")
        self.ask("Update", files[:1], files)
        found = [o["Key"] for o in self.s3.list_objects_v2(Bucket="files")["Contents"]]
        self.assertEqual(found, ["dags/a.py", "dags/of_the_team.py"])
        self.assertEqual(self.versions("dags/b.py")[1], 1, "it can be brought back")

    def test_another_bucket_is_another_resource_and_loses_nothing(self):
        self.s3.create_bucket(Bucket="other")
        for bucket in ("other", "files"):
            self.s3.put_object(Bucket=bucket, Key="dags/b.py", Body=b"b")
        self.ask("Create", [{"Path": "dags/a.py", "Text": "a"}])
        _, _, physical_id = self.ask("Update", [{"Path": "dags/a.py", "Text": "a"}], [{"Path": "dags/b.py", "Text": "b"}], old_bucket="other")
        self.assertEqual(physical_id, "files")
        for bucket in ("other", "files"):
            self.s3.head_object(Bucket=bucket, Key="dags/b.py")

    def test_deleting_never_fails_and_deletes_nothing(self):
        files = [{"Path": "dags/a.py", "Text": "a"}]
        self.ask("Create", files)
        self.assertEqual(self.ask("Delete", files)[0], "SUCCESS")
        self.s3.head_object(Bucket="files", Key="dags/a.py")
        self.assertEqual(self.ask("Delete", files, bucket="gone")[0], "SUCCESS")

    def test_a_failure_is_told(self):
        self.assertEqual(self.ask("Create", [{"Path": "dags/a.py", "Text": "a"}], bucket="gone")[0], "FAILED")


class Startup(unittest.TestCase):
    """The script, sourced as MWAA does, with an aws that is none."""

    def run_with(self, aws):
        """What pip is told by the environment afterwards, and what the script asked for."""
        with tempfile.TemporaryDirectory() as folder:
            fake, script, asked = Path(folder) / "aws", Path(folder) / "startup.sh", Path(folder) / "asked"
            fake.write_text(f'#!/bin/bash\necho "$@" >{asked}\n{aws}\n')
            fake.chmod(0o755)
            script.write_text(READ["files"]["config/startup.sh"])
            output = subprocess.run(
                ["bash", "-c", f"source {script}; env -0"], check=True, capture_output=True, text=True,
                env={"PATH": f"{folder}:{os.environ['PATH']}", "PIP_EXTRA_INDEX_URL": "https://example.com", "PIP_FIND_LINKS": "/tmp"}).stdout
            told = dict(line.split("=", 1) for line in output.split("\0") if line)
            return {k: v for k, v in told.items() if k.startswith("PIP_") or k == "token"}, asked.read_text()

    def test_pip_asks_the_repository_only(self):
        told, asked = self.run_with("echo secret")
        host = "ml-111122223333.d.codeartifact.us-east-1.amazonaws.com/pypi/staging/simple/"
        self.assertEqual(told, {"PIP_INDEX_URL": f"https://aws:secret@{host}", "PIP_CONFIG_FILE": "/dev/null", "PIP_NO_INPUT": "1"})
        self.assertIn("--domain ml --domain-owner 111122223333 --duration-seconds 900", asked)

    def test_without_a_token_it_asks_nobody_else(self):
        told, _ = self.run_with("exit 255")
        self.assertTrue(told["PIP_INDEX_URL"].startswith("https://aws:none@ml-111122223333.d.codeartifact."))
        self.assertNotIn("PIP_EXTRA_INDEX_URL", told)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
