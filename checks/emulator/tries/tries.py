"""Deploys stacks to a second emulator of AWS, which rolls back, honors deletion policies and runs functions: a first creation that
fails, a second one that does not, and the deletion.

Run in the repository's root, after make assemblies: checks/emulator/tries/.venv/bin/python checks/emulator/tries/tries.py
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

sys.dont_write_bytecode = True
ACCOUNT, REGION = "123456789012", "us-east-1"
for name in list(os.environ):
    if name.startswith("AWS_"):
        del os.environ[name]
os.environ |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"}

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

# Each deployed after those before it, as templates refer to each other. What is retained is looked for in the last ones.
STACKS = ["dev/Foundation", "dev/Training", "tools/SupplyChain", "prod/Foundation", "prod/Training"]
EMPTIED = "dev"  # the stage whose buckets go with what is in them

# Types that the emulator refuses. What refers to them gets a text in their place.
LACKING = (
    "AWS::CDK::Metadata", "AWS::CodeArtifact::", "AWS::EC2::FlowLog", "AWS::EC2::SecurityGroupEgress", "AWS::EC2::SecurityGroupIngress",
    "AWS::ECR::RegistryScanningConfiguration", "AWS::ECR::SigningConfiguration", "AWS::Route53Resolver::", "AWS::SageMaker::ModelPackageGroup",
)

# A custom resource that fails, after it wrote to the buckets of its stack as something in it may have.
FAILS = """
import boto3
import cfnresponse


def handler(event, context):
    if event["RequestType"] == "Create":
        for bucket in event["ResourceProperties"]["Buckets"]:
            boto3.client("s3").put_object(Bucket=bucket, Key="early", Body=b"1")
        cfnresponse.send(event, context, cfnresponse.FAILED, {}, "none", reason="it always does")
    else:
        cfnresponse.send(event, context, cfnresponse.SUCCESS, {}, "none")
"""


class Emulator:
    """MiniStack, in a process of its own on this machine, from `with` to its end."""

    def __init__(self, folder: Path):
        self._log = (folder / "emulator.log").open("wb")
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._clients = {}

    def __enter__(self) -> "Emulator":
        # Without these it listens on every address.
        settings = {"BIND_HOST": "127.0.0.1", "IOT_MTLS_ENABLED": "0", "GATEWAY_PORT": str(self._port),
                    "MINISTACK_REGION": REGION, "MINISTACK_ACCOUNT_ID": ACCOUNT}
        command = Path(sys.executable).with_name("ministack")
        self._process = subprocess.Popen([command], env=os.environ | settings, stdout=self._log, stderr=subprocess.STDOUT)
        for _ in range(300):
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    break
            time.sleep(0.1)
        self.client("s3").create_bucket(Bucket="templates")
        return self

    def __exit__(self, *_) -> None:
        self._process.terminate()
        self._process.wait(30)
        self._log.close()

    def client(self, service: str):
        """A client of one of its services."""
        if service not in self._clients:
            self._clients[service] = boto3.client(
                service, endpoint_url=f"http://127.0.0.1:{self._port}", region_name=REGION, aws_access_key_id="testing",
                aws_secret_access_key="testing", config=Config(retries={"total_max_attempts": 1}))
        return self._clients[service]

    def create(self, name: str, template: dict) -> str:
        """Creates a stack and returns the status that it ends in."""
        key = f"{name}.json"
        self.client("s3").put_object(Bucket="templates", Key=key, Body=json.dumps(template))
        self.client("cloudformation").create_stack(
            StackName=name, TemplateURL=f"http://127.0.0.1:{self._port}/templates/{key}", Capabilities=["CAPABILITY_NAMED_IAM"])
        return self._status(name)

    def delete(self, name: str) -> str:
        """Deletes a stack and returns the status that it ends in."""
        self.client("cloudformation").delete_stack(StackName=name)
        return self._status(name)

    def _status(self, name: str) -> str:
        for _ in range(600):
            try:
                status = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
            except ClientError:
                return "DELETE_COMPLETE"  # it is no longer known by its name
            if not status.endswith("_IN_PROGRESS"):
                return status
            time.sleep(0.1)
        return status

    def failures(self, name: str) -> list[str]:
        """What went wrong in a stack."""
        events = self.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
        return [f"{e['LogicalResourceId']} {e['ResourceStatus']}: {e.get('ResourceStatusReason')}" for e in events
                if e["ResourceStatus"].endswith("_FAILED")]

    def stands(self) -> Counter:
        """What stands in the account, by type."""
        ec2, ask = self.client("ec2"), self.client
        return Counter({
            "bucket": len(ask("s3").list_buckets()["Buckets"]),
            "function": len(ask("lambda").list_functions()["Functions"]),
            "group": len(ec2.describe_security_groups()["SecurityGroups"]),
            "log group": len(ask("logs").describe_log_groups()["logGroups"]),
            "policy": len(ask("iam").list_policies(Scope="Local")["Policies"]),
            "project": len(ask("codebuild").list_projects()["projects"]),
            "repository": len(ask("ecr").describe_repositories()["repositories"]),
            "role": len(ask("iam").list_roles()["Roles"]),
            "state machine": len(ask("stepfunctions").list_state_machines()["stateMachines"]),
            "subnet": len(ec2.describe_subnets()["Subnets"]),
            "topic": len(ask("sns").list_topics()["Topics"]),
            "VPC": len(ec2.describe_vpcs()["Vpcs"]),
        })


def supported(template: dict) -> dict:
    """A template without what the emulator lacks."""
    gone = {i for i, r in template["Resources"].items() if r["Type"].startswith(LACKING)}

    def without(value):
        if isinstance(value, list):
            return [without(v) for v in value]
        if not isinstance(value, dict):
            return value
        if value.get("Ref") in gone or value.get("Fn::GetAtt", [None])[0] in gone:
            return "lacking"
        return {k: [d for d in ([v] if isinstance(v, str) else v) if d not in gone] if k == "DependsOn" else without(v) for k, v in value.items()}

    resources = {i: without(r) for i, r in template["Resources"].items() if i not in gone}
    return {"Resources": resources, "Outputs": without(template.get("Outputs", {})), "Mappings": template.get("Mappings", {})}


def failing(template: dict, fill: bool) -> dict:
    """A template whose last resource fails."""
    buckets = [{"Ref": i} for i, r in template["Resources"].items() if r["Type"] == "AWS::S3::Bucket"]
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}}}
    function = {"Type": "AWS::Lambda::Function", "Properties": {
        "LoggingConfig": {"LogGroup": {"Ref": "FailingLogs"}},
        "Handler": "index.handler", "Runtime": "python3.14", "Role": {"Fn::GetAtt": ["FailingRole", "Arn"]}, "Code": {"ZipFile": FAILS}}}
    fails = {"Type": "Custom::Fails", "DependsOn": list(template["Resources"]), "Properties": {
        "ServiceToken": {"Fn::GetAtt": ["FailingFunction", "Arn"]}, "Buckets": buckets if fill else []}}
    return template | {"Resources": template["Resources"] | {
        "FailingRole": role, "FailingLogs": {"Type": "AWS::Logs::LogGroup"}, "FailingFunction": function, "Fails": fails}}


def load() -> dict[str, dict]:
    """The templates, by their stacks' paths."""
    found = {}
    for manifest in Path("cdk.out").glob("assembly-*/manifest.json"):
        for artifact in json.loads(manifest.read_text(encoding="utf-8"))["artifacts"].values():
            if artifact["type"] == "aws:cloudformation:stack":
                template = manifest.with_name(artifact["properties"]["templateFile"])
                found[artifact["displayName"].split(" ")[0]] = supported(json.loads(template.read_text(encoding="utf-8")))
    return found


def run(emulator: Emulator) -> list[str]:
    """What does not go as CloudFormation should have it."""
    wrong, templates = [], load()

    def expect(what: str, got, want) -> None:
        print(f"  {what:<60}{(got or 'nothing') if got == want else 'wrong'}")
        if got != want:
            wrong.append(f"{what}: got {got}, want {want}")

    for path in STACKS:
        name, before = path.replace("/", "-"), emulator.stands()
        expect(f"{path}: the last resource fails", emulator.create(name, failing(templates[path], path.startswith(EMPTIED))), "ROLLBACK_COMPLETE")
        expect(f"{path}: left by the failed creation", emulator.stands() - before, Counter())
        expect(f"{path}: deleted", emulator.delete(name), "DELETE_COMPLETE")
        expect(f"{path}: created again", status := emulator.create(name, templates[path]), "CREATE_COMPLETE")
        if status != "CREATE_COMPLETE":
            wrong += emulator.failures(name)
    for path in reversed(STACKS):
        expect(f"{path}: deleted", emulator.delete(path.replace("/", "-")), "DELETE_COMPLETE")
    return wrong


def main() -> int:
    """The exit status."""
    with tempfile.TemporaryDirectory(prefix="plinth-tries-") as folder, Emulator(Path(folder)) as emulator:
        wrong = run(emulator)
    print("\n".join(["", f"Failed: {len(wrong)} findings", *wrong] if wrong else ["", "Passed"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
