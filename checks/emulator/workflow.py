"""Executes the workflow that is deployed in dev with a real interpreter, its tasks calling the emulator's services."""

import json
import subprocess

from emulator import ROOT, Emulator, Failure
from templates import Stack, physical_ids

INPUT = {"num_round": 100, "max_depth": 6, "eta": 0.3}
EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:dev-xgboost:demo"
# What a container would have written into its log: moto runs none.
METRICS = [{"MetricName": "validation:auc", "Value": 0.91}]


class NoCapacity(Exception):
    """What SageMaker says of a job on spot when AWS has no such instances."""


def run(emulator: Emulator, stacks: list[Stack]) -> tuple[list[str], list[str]]:
    """The steps that it took, and what is wrong with what stands afterwards."""
    stack = next(s for s in stacks if s.stage == "dev" and s.part == "Training")
    ids = physical_ids(emulator, stack)
    machine = next(
        ids[i] for i, r in stack.resources.items()
        if r["Type"] == "AWS::StepFunctions::StateMachine" and i.startswith("XGBoostStateMachine")
    )
    definition = json.loads(emulator.client("stepfunctions").describe_state_machine(stateMachineArn=machine)["definition"])
    group = definition["States"]["Register"]["Parameters"]["ModelPackageGroupName"]
    sagemaker = emulator.client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName=group)  # which moto leaves out of stacks
    steps, ended = execute(emulator, definition)
    jobs = sagemaker.list_training_jobs()["TrainingJobSummaries"]
    packages = sagemaker.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"]
    wrong = [] if "output" in ended else [f"the workflow ended with {ended}"]
    if len(jobs) != 1 or [p.get("ModelApprovalStatus") for p in packages] != ["PendingManualApproval"]:
        wrong.append(f"{len(jobs)} jobs and the model packages {packages}, want one of each, the package waiting for approval")
    return steps, wrong


def execute(emulator: Emulator, definition: dict) -> tuple[list[str], dict]:
    """The states that were entered, each task with what it made, and how it ended."""
    process = subprocess.Popen(
        ["node", "checks/asl/machine.js"], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )
    steps, answers = [], Answers(emulator)

    def send(line: dict) -> None:
        process.stdin.write(json.dumps(line, default=str) + "\n")
        process.stdin.flush()

    send({"definition": definition, "input": INPUT, "execution": EXECUTION})
    for text in process.stdout:
        line = json.loads(text)
        if "task" in line:
            try:
                answer, said = answers.to(line["resource"], line["request"])
                send({"answer": answer})
            except NoCapacity as e:
                said = str(e)
                send({"error": "States.TaskFailed", "cause": said})
            steps.append(f"{line['task']}: {said}")
        elif "entered" not in line:
            process.wait(30)
            return steps, line
    raise Failure("the interpreter ended without a word")


class Answers:
    """The emulator's answers to the calls that Step Functions would make."""

    def __init__(self, emulator: Emulator):
        self._client = emulator.client
        self._asked = 0
        self._failed = ""

    def to(self, resource: str, request: dict) -> tuple[dict, str]:
        """An answer, and what it says in short."""
        match resource.split(":::")[1]:
            case "sagemaker:createTrainingJob.sync":
                return self._train(request)
            case "aws-sdk:sagemaker:describeTrainingJob":
                return self._describe(request["TrainingJobName"])
            case "aws-sdk:sagemaker:createModelPackage":
                made = self._client("sagemaker").create_model_package(**request)
                return {"ModelPackageArn": made["ModelPackageArn"]}, made["ModelPackageArn"].rsplit(":", 1)[1]
            case "sns:publish":
                self._client("sns").publish(**request | {"Message": json.dumps(request["Message"])})
                return {}, request["Subject"]
        raise NotImplementedError(resource)

    def _train(self, request: dict) -> tuple[dict, str]:
        self._asked += 1
        if self._asked == 1:
            self._failed = request["TrainingJobName"]
            raise NoCapacity("the job failed")
        self._client("sagemaker").create_training_job(**request)
        return {}, request["TrainingJobName"]

    def _describe(self, name: str) -> tuple[dict, str]:
        if name == self._failed:  # which the emulator has no way to make
            return {
                "TrainingJobName": name, "TrainingJobStatus": "Failed", "SecondaryStatus": "Failed",
                "FailureReason": "CapacityError: Unable to provision requested ML compute capacity.",
            }, f"{name} Failed"
        job = self._client("sagemaker").describe_training_job(TrainingJobName=name)
        job.pop("ResponseMetadata")
        return job | {"FinalMetricDataList": METRICS}, f"{name} {job['TrainingJobStatus']}"
