"""Reads the rendered DAGs with Airflow itself, of the versions that MWAA has, and runs their tasks against stand-ins of AWS.

Run in the repository's root: checks/airflow/.venv/bin/python checks/airflow/test_dags.py; for Airflow 2, v2/.venv and
AIRFLOW__CORE__EXECUTOR=SequentialExecutor.
"""

import importlib.util
import json
import logging
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

FOLDER = tempfile.TemporaryDirectory(prefix="plinth-airflow-")
os.environ |= {
    "AIRFLOW_HOME": FOLDER.name, "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "AIRFLOW__CORE__UNIT_TEST_MODE": "True",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR", "AWS_DEFAULT_REGION": "us-east-1",
}
sys.dont_write_bytecode = True
logging.raiseExceptions = False  # Airflow 2 logs to where the tests have closed
READ = json.loads(subprocess.run(
    ["node", Path(__file__).parent / "files.js", *sys.argv[1:2]], check=True, capture_output=True, text=True).stdout)
DAGS = {Path(path).stem: text for path, text in READ["files"].items() if path.startswith("dags/")}

from airflow.exceptions import AirflowFailException, ParamValidationError
from botocore.exceptions import ClientError

RIGHT = {"num_round": 100, "eta": 0.3, "booster": "dart"}


def load(dag_id):
    """The module of a DAG's file, as Airflow loads it."""
    file = Path(FOLDER.name) / "dags" / f"{dag_id}.py"
    file.parent.mkdir(exist_ok=True)
    file.write_text(DAGS[dag_id])
    spec = importlib.util.spec_from_file_location(dag_id, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def refusal(code):
    """An answer of AWS that refuses a request."""
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "any")


class TaskInstance:
    """A task's instance as far as the tasks look at it."""

    def __init__(self, try_number=1, started=None):
        self.try_number, self.started = try_number, started

    def xcom_push(self, key, value):
        assert key == "started" or key.startswith("state_machine"), key
        if key == "started":
            self.started = value

    def xcom_pull(self, task_ids, key):
        assert (task_ids, key) == ("start", "started")
        return self.started


def context(try_number=1, params=RIGHT):
    """What Airflow gives a task."""
    return {"run_id": "manual__1", "params": params, "ti": TaskInstance(try_number), "task": None}


class Parsing(unittest.TestCase):
    """What Airflow makes of the files."""

    def test_every_file_is_a_dag(self):
        self.assertEqual(set(DAGS), {"churn", "churn_by_itself"})
        for dag_id in DAGS:
            dag = load(dag_id).dag
            self.assertEqual(dag.dag_id, dag_id)
            self.assertEqual([t.task_id for t in dag.topological_sort()], ["start", "wait", "stop"])
            self.assertTrue(dag.get_task("start").is_setup and dag.get_task("stop").is_teardown, "a run that is marked as failed runs stop too")
            self.assertEqual(dag.get_task("start").retries, 0)
            self.assertEqual(dag.get_task("wait").mode, "reschedule")
            self.assertFalse(dag.catchup)

    def test_schedules(self):
        for dag_id, want in (("churn", "0 6 * * 1"), ("churn_by_itself", None)):
            dag = load(dag_id).dag
            self.assertEqual(dag.schedule if hasattr(dag, "schedule") else dag.schedule_interval, want)

    def test_parameters_are_held_to_their_bounds(self):
        for dag_id in DAGS:
            for name, value, right in [
                ("num_round", 1, True), ("num_round", 1000, True), ("num_round", 0, False), ("num_round", 1001, False),
                ("num_round", 1.5, False), ("num_round", "100", False), ("num_round", True, False), ("num_round", None, False),
                ("eta", 0.01, True), ("eta", 1, True), ("eta", 0, False), ("eta", 1.01, False), ("eta", "0.3", False),
                ("booster", "gbtree", True), ("booster", "gblinear", False), ("booster", 1, False),
            ]:
                with self.subTest(dag=dag_id, name=name, value=value):
                    params = load(dag_id).dag.params
                    try:
                        for given, setting in (RIGHT | {name: value}).items():
                            params[given] = setting
                        params.validate()
                        taken = True
                    except ParamValidationError:
                        taken = False
                    self.assertEqual(taken, right)

    def test_settings_are_needed_only_without_a_schedule(self):
        load("churn").dag.params.validate()
        with self.assertRaises(ParamValidationError):
            load("churn_by_itself").dag.params.validate()


class TheJob(unittest.TestCase):
    """A DAG that runs a job by itself."""

    def setUp(self):
        self.module = load("churn_by_itself")
        self.client = mock.MagicMock()
        self.client.create_training_job.return_value = {"ResponseMetadata": {"HTTPStatusCode": 200}}
        self.status({})
        for attribute in ("get_conn", "conn"):
            value = mock.Mock(return_value=self.client) if attribute == "get_conn" else self.client
            patch = mock.patch.object(self.module.SageMakerHook, attribute, value)
            patch.start()
            self.addCleanup(patch.stop)

    def status(self, statuses, otherwise="InProgress"):
        """Jobs are in these states; others in that one, or not there if it is None."""
        def describe(TrainingJobName):
            state = statuses.get(TrainingJobName, otherwise)
            if state is None:
                raise refusal("ValidationException")
            return {"TrainingJobName": TrainingJobName, "TrainingJobStatus": state, "SecondaryStatus": f"Max{state}"}
        self.client.describe_training_job.side_effect = describe

    def test_the_request_is_the_workflows_field_by_field(self):
        (machine,) = (m for m in READ["machines"].values() if "Train" in m["States"])
        want = machine["States"]["TrainOnSpot"]["Parameters"]
        got = self.module.request("manual__1", 1, RIGHT)
        self.assertRegex(got.pop("TrainingJobName"), r"^staging--churn-airflow--[0-9a-f]{32}$")
        want.pop("TrainingJobName.$")
        want["ProfilerConfig"] = {"DisableProfiler": True}  # which Step Functions may not know
        self.assertEqual(set(got), set(want))
        for field in want:
            if field not in ("HyperParameters", "CheckpointConfig"):
                self.assertEqual(got[field], want[field], field)
        rendered = {k.removesuffix(".$"): v for k, v in want["HyperParameters"].items()}
        self.assertEqual(set(got["HyperParameters"]), set(rendered))
        for name, value in rendered.items():
            self.assertEqual(got["HyperParameters"][name], {"num_round": "100", "eta": "0.3", "booster": "dart"}.get(name, value))
        folder = want["CheckpointConfig"]["S3Uri.$"].split("'")[1].split("{}")[0]
        self.assertRegex(got["CheckpointConfig"]["S3Uri"], f"^{folder}[0-9a-f]{{32}}/$")

    def test_names_tell_runs_and_attempts_apart_and_folders_only_runs(self):
        requests = [self.module.request(run, attempt, RIGHT) for run in ("a", "b") for attempt in (1, 2)]
        self.assertEqual(len({r["TrainingJobName"] for r in requests}), 4)
        self.assertEqual(len({r["CheckpointConfig"]["S3Uri"] for r in requests}), 2)
        self.assertTrue(all(len(r["TrainingJobName"]) <= 63 for r in requests))

    def test_a_whole_number_is_written_as_one(self):
        self.assertEqual(self.module.request("a", 1, RIGHT | {"num_round": 100.0})["HyperParameters"]["num_round"], "100")

    def test_start_asks_for_the_job_and_does_not_wait(self):
        c = context()
        self.module.start.execute(c)
        self.client.create_training_job.assert_called_once_with(**self.module.request("manual__1", 1, RIGHT))
        self.assertEqual(c["ti"].started, self.module.name("manual__1", 1))
        self.client.stop_training_job.assert_not_called()

    def test_another_attempt_stops_the_one_before_first(self):
        first = self.module.name("manual__1", 1)
        self.status({self.module.name("manual__1", 2): "Completed"})
        self.module.start.execute(context(try_number=3))
        self.client.stop_training_job.assert_called_once_with(TrainingJobName=first)
        calls = [name for name, *_ in self.client.method_calls]
        self.assertLess(calls.index("stop_training_job"), calls.index("get_waiter"))
        self.assertLess(calls.index("get_waiter"), calls.index("create_training_job"))

    def test_an_attempt_that_never_started_a_job_is_no_trouble(self):
        self.status({self.module.name("manual__1", 2): "InProgress"}, otherwise=None)
        self.module.start.execute(context(try_number=2))
        self.client.create_training_job.assert_called_once()

    def test_a_lost_answer_leaves_no_job(self):
        self.client.create_training_job.side_effect = refusal("ResourceInUse")
        with self.assertRaises(ClientError):
            self.module.start.execute(context())
        self.client.stop_training_job.assert_called_once_with(TrainingJobName=self.module.name("manual__1", 1))

    def test_a_stopped_job_is_no_success_and_is_not_tried_again(self):
        for state, outcome in (("InProgress", False), ("Stopping", False), ("Completed", True), ("Failed", None), ("Stopped", None)):
            with self.subTest(state=state):
                self.status({}, otherwise=state)
                self.module.wait.job_name = "x"
                if outcome is None:
                    with self.assertRaisesRegex(AirflowFailException, f"x: Max{state}"):
                        self.module.wait.poke({})
                else:
                    self.assertIs(self.module.wait.poke({}), outcome)

    def test_stop(self):
        for state, stopped, waited in (("InProgress", 1, 1), ("Stopping", 0, 1), ("Completed", 0, 0), ("Failed", 0, 0), (None, 0, 0)):
            with self.subTest(state=state):
                self.client.reset_mock()
                self.status({}, otherwise=state)
                self.module.dag.get_task("stop").python_callable(ti=TaskInstance(started="x"))
                self.assertEqual((self.client.stop_training_job.call_count, self.client.get_waiter.call_count), (stopped, waited))
        self.client.reset_mock()
        self.module.dag.get_task("stop").python_callable(ti=TaskInstance())
        self.client.describe_training_job.assert_not_called()

    def test_a_refusal_to_stop_is_told(self):
        self.client.stop_training_job.side_effect = refusal("AccessDeniedException")
        with self.assertRaises(ClientError):
            self.module.stop_if_running("x")


class TheWorkflow(unittest.TestCase):
    """A DAG that starts a workflow."""

    def setUp(self):
        self.module = load("churn")
        self.client = mock.MagicMock()
        self.client.start_execution.side_effect = lambda **asked: {"executionArn": asked["stateMachineArn"].replace("stateMachine", "execution") + ":" + asked["name"]}
        self.client.describe_execution.return_value = {"status": "RUNNING"}
        hook = self.module.StepFunctionHook
        for attribute, value in (("get_conn", mock.Mock(return_value=self.client)), ("conn", self.client)):
            patch = mock.patch.object(hook, attribute, value)
            patch.start()
            self.addCleanup(patch.stop)
        patch = mock.patch("airflow.providers.amazon.aws.links.base_aws.BaseAwsLink.persist")
        patch.start()
        self.addCleanup(patch.stop)

    def test_start_gives_the_workflow_what_it_takes(self):
        c = context(params=RIGHT | {"num_round": 100.0})
        self.assertEqual(self.module.start.execute(c), c["ti"].started)
        asked = self.client.start_execution.call_args.kwargs
        self.assertIn(asked["stateMachineArn"], READ["machines"])
        self.assertEqual(json.loads(asked["input"]), RIGHT)
        self.assertNotIn("100.0", asked["input"])
        self.assertTrue(c["ti"].started.endswith(asked["name"]))
        self.client.stop_execution.assert_not_called()

    def test_another_attempt_stops_the_one_before_first(self):
        self.module.start.execute(context(try_number=2))
        calls = [name for name, *_ in self.client.method_calls]
        self.assertLess(calls.index("stop_execution"), calls.index("start_execution"))
        self.assertEqual(self.client.stop_execution.call_args.kwargs["executionArn"], self.module.execution("manual__1", 1))

    def test_a_lost_answer_leaves_no_execution(self):
        self.client.start_execution.side_effect = refusal("ThrottlingException")
        with self.assertRaises(ClientError):
            self.module.start.execute(context())
        self.client.stop_execution.assert_called_once()

    def test_an_execution_that_was_stopped_is_no_success(self):
        for state, outcome in (("RUNNING", False), ("SUCCEEDED", True), ("FAILED", None), ("TIMED_OUT", None), ("ABORTED", None)):
            with self.subTest(state=state):
                self.client.describe_execution.return_value = {"status": state, "error": "Gate", "cause": "too bad"}
                if outcome is None:
                    with self.assertRaisesRegex(AirflowFailException, "Gate: too bad"):
                        self.module.wait.poke({})
                else:
                    self.assertIs(self.module.wait.poke({}), outcome)

    def test_stop(self):
        for state, stopped in (("RUNNING", 1), ("SUCCEEDED", 0), ("FAILED", 0)):
            self.client.reset_mock()
            self.client.describe_execution.return_value = {"status": state}
            self.module.dag.get_task("stop").python_callable(ti=TaskInstance(started="x"))
            self.assertEqual(self.client.stop_execution.call_count, stopped)
        self.client.describe_execution.side_effect = refusal("ExecutionDoesNotExist")
        self.module.stop_if_running("x")
        self.client.describe_execution.side_effect = refusal("AccessDeniedException")
        with self.assertRaises(ClientError):
            self.module.stop_if_running("x")


class WholeRuns(unittest.TestCase):
    """Runs of Airflow, with its database, from the first task to the last."""

    @classmethod
    def setUpClass(cls):
        subprocess.run([Path(sys.executable).with_name("airflow"), "db", "migrate"], check=True, capture_output=True)

    def run_until(self, last):
        """How the run and its tasks end where the job is last seen so, and how often it was stopped."""
        module = load("churn_by_itself")
        module.wait.poke_interval, module.wait.mode, module.wait.retries, module.wait.timeout = 0.1, "poke", 0, 10
        module.dag.get_task("stop").retries = 0
        seen = iter(["InProgress", "InProgress"])
        client = mock.MagicMock()
        client.create_training_job.return_value = {"ResponseMetadata": {"HTTPStatusCode": 200}}

        def describe(TrainingJobName):
            state = next(seen, last)
            if isinstance(state, Exception):
                seen_again = iter(["InProgress"])  # for the last task
                client.describe_training_job.side_effect = lambda **_: {"TrainingJobStatus": next(seen_again, "Stopped")}
                raise state
            return {"TrainingJobName": TrainingJobName, "TrainingJobStatus": state, "SecondaryStatus": state}
        client.describe_training_job.side_effect = describe
        sys.modules[module.__name__] = module
        hook = mock.patch.multiple(module.SageMakerHook, get_conn=lambda _: client, conn=client)
        with hook, open(os.devnull, "w") as nowhere, mock.patch("sys.stdout", nowhere):
            ended = module.dag.test(run_conf=RIGHT)
        tasks = {t.task_id: str(t.state) for t in ended.get_task_instances()}
        return str(ended.state), tasks, client.stop_training_job.call_count

    def test_ends(self):
        for last, run, wait, stopped in (
            ("Completed", "success", "success", 0), ("Stopped", "failed", "failed", 0), ("Failed", "failed", "failed", 0),
            (refusal("AccessDeniedException"), "failed", "failed", 1),
        ):
            with self.subTest(last=last):
                self.assertEqual(self.run_until(last), (run, {"start": "success", "wait": wait, "stop": "success"}, stopped))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
