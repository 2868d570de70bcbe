"""Reads the definitions for MWAA Serverless with dag-factory and Airflow, as that does, and runs them against stand-ins of AWS.

Run in the repository's root: checks/airflow/.venv/bin/python checks/airflow/test_serverless.py
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path
from unittest import mock

FOLDER = tempfile.TemporaryDirectory(prefix="plinth-serverless-")
os.environ |= {
    "AIRFLOW_HOME": FOLDER.name, "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "AIRFLOW__CORE__UNIT_TEST_MODE": "True",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "CRITICAL", "AWS_DEFAULT_REGION": "us-east-1", "HOME": "/expanded",
}
sys.dont_write_bytecode = True
READ = json.loads(subprocess.run(
    ["node", Path(__file__).with_name("files.js"), *sys.argv[1:2]], check=True, capture_output=True, text=True).stdout)
DEFINITIONS = {Path(path).stem: text for path, text in READ["files"].items() if path.startswith("workflows/")}

import dag_converter
from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from airflow.providers.amazon.aws.hooks.sagemaker import SageMakerHook
from airflow.providers.amazon.aws.hooks.step_function import StepFunctionHook
from airflow.sdk import DAG
from botocore.exceptions import ClientError
from dag_converter.schema_parser import ArgumentValidator

SETTINGS = {"num_round": 200, "eta": 0.3, "booster": "gbtree"}


def load(dag_id):
    """The DAG of a definition, beside a file that Airflow finds it by."""
    folder = Path(FOLDER.name) / "dags"
    folder.mkdir(exist_ok=True)
    definition = folder / f"{dag_id}.yaml"
    definition.write_text(DEFINITIONS[dag_id])
    loader = f"from dagfactory import load_yaml_dags  # airflow dag\nload_yaml_dags(globals_dict=globals(), config_filepath={str(definition)!r})\n"
    definition.with_suffix(".py").write_text(loader)
    found = {}
    exec(loader, found)
    (dag,) = (value for value in found.values() if isinstance(value, DAG))
    return dag


class Definitions(unittest.TestCase):
    """What dag-factory, and AWS's own list of what MWAA Serverless takes, make of the definitions."""

    def test_every_definition_is_a_dag(self):
        tasks = {"churn": ["start"], "churn_by_itself": ["start", "wait"]}
        self.assertEqual(set(DEFINITIONS), set(tasks))
        for dag_id, want in tasks.items():
            dag = load(dag_id)
            self.assertEqual(dag.dag_id, dag_id)
            self.assertEqual([t.task_id for t in dag.topological_sort()], want)
            self.assertEqual([t.upstream_task_ids for t in dag.topological_sort()], [set(want[:i]) for i in range(len(want))])
            self.assertEqual(dag.get_task("start").retries, 0, "what may have started something is not tried again")
            self.assertLess(len(DEFINITIONS[dag_id]), 50 * 1024)

    def test_schedules_are_cron_expressions(self):
        self.assertEqual(load("churn").schedule, "0 0 * * 0")
        self.assertIsNone(load("churn_by_itself").schedule)

    def test_aws_takes_every_field_and_operator(self):
        taken = ArgumentValidator(Path(dag_converter.__file__).with_name("validator_schema.yaml"))
        for dag_id, text in DEFINITIONS.items():
            ((name, dag),) = json.loads(text).items()
            self.assertEqual(name, dag_id)
            for field, value in dag.items():
                self.assertTrue(taken.validate_field("dag", field, value), field)
            for task in dag["tasks"].values():
                for field, value in task.items():
                    self.assertTrue(taken.validate_field("task", field, value), f"{field}: {value}")


class Runs(unittest.TestCase):
    """Runs of Airflow, with its database, from the first task to the last."""

    @classmethod
    def setUpClass(cls):
        subprocess.run([Path(sys.executable).with_name("airflow"), "db", "migrate"], check=True, capture_output=True)

    def setUp(self):
        self.s3 = mock.MagicMock()

    def run_of(self, dag, *patches):
        """How a run and its tasks end."""
        with contextlib.ExitStack() as stack:
            for patch in (*patches, mock.patch("sys.stdout", stack.enter_context(open(os.devnull, "w")))):
                stack.enter_context(patch)
            ended = dag.test()
        return str(ended.state), {t.task_id: str(t.state) for t in ended.get_task_instances()}

    def workflow(self):
        """The request that starts an execution."""
        client = mock.MagicMock()
        client.start_execution.return_value = {"executionArn": "arn"}
        ended = self.run_of(load("churn"), mock.patch.multiple(StepFunctionHook, get_conn=lambda _: client, conn=client))
        self.assertEqual(ended, ("success", {"start": "success"}))
        client.start_execution.assert_called_once()
        return client.start_execution.call_args.kwargs

    def test_the_workflow_gets_the_settings_and_a_name_that_no_other_run_has(self):
        first, second = self.workflow(), self.workflow()
        self.assertIn(first["stateMachineArn"], READ["machines"])
        self.assertEqual(json.loads(first["input"]), SETTINGS)
        self.assertRegex(first["name"], "^[0-9a-f]{32}$")
        self.assertNotEqual(first["name"], second["name"])

    def job(self, last, takes=timedelta(0), hour=None):
        """How the run ends where the job ends so, after that time, and the requests. A task may take an hour, however long that is."""
        dag = load("churn_by_itself")
        wait = dag.get_task("wait")
        wait.execution_timeout = hour
        self.assertEqual((wait.retries, wait.mode), (3, "poke"))
        wait.poke_interval, wait.retry_delay = 0.05, timedelta(0)
        client, began, seen = mock.MagicMock(), [], iter(["InProgress", "InProgress", "InProgress"])
        client.create_training_job.return_value = {"ResponseMetadata": {"HTTPStatusCode": 200}}

        def describe(TrainingJobName):
            request, now = client.create_training_job.call_args.kwargs, datetime.now(timezone.utc)
            self.assertEqual(TrainingJobName, request["TrainingJobName"])
            began.append(now)
            state = next(seen, last) if now - began[0] >= takes else "InProgress"
            return request | {
                "TrainingJobStatus": state, "TrainingStartTime": now, "TrainingEndTime": now,
                "ResponseMetadata": {"HTTPStatusCode": 200},
            } | ({"FailureReason": "bad data"} if last == "Failed" else {})
        client.describe_training_job.side_effect = describe
        ended = self.run_of(
            dag, mock.patch.multiple(SageMakerHook, get_conn=lambda _: client, conn=client),
            mock.patch.multiple(S3Hook, get_conn=lambda _: self.s3, conn=self.s3))
        return ended, client.create_training_job.call_args_list

    def test_ends(self):
        for last, wait in (("Completed", "success"), ("Failed", "failed"), ("Stopped", "failed")):
            with self.subTest(last=last):
                (state, tasks), calls = self.job(last)
                self.assertEqual((state, tasks, len(calls)), (wait, {"start": "success", "wait": wait}, 1))

    def test_a_job_is_waited_for_four_hours_and_started_once(self):
        hour = timedelta(seconds=1)
        for takes, want in ((2.5, "success"), (3600, "failed")):
            with self.subTest(takes=takes):
                (state, tasks), calls = self.job("Completed", timedelta(seconds=takes), hour)
                self.assertEqual((state, tasks["wait"], len(calls)), (want, want, 1))

    def test_the_operator_looks_for_the_data_as_the_role_may(self):
        missing = ClientError({"Error": {"Code": "404", "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 404}}, "HeadObject")
        for marked in (True, False):
            with self.subTest(marked=marked):
                self.s3.reset_mock(side_effect=True)
                self.s3.head_object.side_effect = None if marked else missing
                self.s3.get_paginator.return_value.paginate.return_value = [{"CommonPrefixes": [{"Prefix": "train/"}]}]
                (state, _), (call,) = self.job("Completed")
                self.assertEqual(state, "success")
                bucket = call.kwargs["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"].split("/")[2]
                self.s3.head_bucket.assert_called_once_with(Bucket=bucket)
                self.s3.head_object.assert_called_once_with(Bucket=bucket, Key="train/")
                called = {name.split(".")[0].removesuffix("()") for name, *_ in self.s3.method_calls}
                self.assertEqual(called, {"head_bucket", "head_object"} | (set() if marked else {"get_paginator"}))
                if not marked:
                    self.s3.get_paginator.assert_called_with("list_objects_v2")

    def test_the_request_is_the_workflows_field_by_field(self):
        _, (call,) = self.job("Completed")
        got = call.kwargs
        (machine,) = (m for m in READ["machines"].values() if "Train" in m["States"])
        want = machine["States"]["TrainOnSpot"]["Parameters"]
        want.pop("TrainingJobName.$")
        want["ProfilerConfig"] = {"DisableProfiler": True}  # which Step Functions may not know
        self.assertRegex(got.pop("TrainingJobName"), "^staging--churn-serverless--[0-9a-f]{32}$")
        self.assertEqual(set(got), set(want))
        for field in want:
            if field not in ("HyperParameters", "CheckpointConfig"):
                self.assertEqual(got[field], want[field], field)
        rendered = {k.removesuffix(".$"): v for k, v in want["HyperParameters"].items()}
        self.assertIn("$HOME of {% no %}", rendered["note"])
        given = {name: str(value) for name, value in SETTINGS.items()}
        self.assertEqual(got["HyperParameters"], rendered | given)
        folder = want["CheckpointConfig"]["S3Uri.$"].split("'")[1].split("{}")[0]
        self.assertRegex(got["CheckpointConfig"]["S3Uri"], f"^{folder}[0-9a-f]{{32}}/$")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
