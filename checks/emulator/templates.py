"""The synthesized stacks, and what their templates amount to in the emulator."""

import json
from dataclasses import dataclass
from pathlib import Path

from emulator import ACCOUNT, REGION, Emulator
from repairs import SKIPPED

PSEUDO = {
    "AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com",
}
# What Fn::GetAtt gives for a physical id. The ARN of a log group ends in :* in AWS; moto leaves that off.
ATTRIBUTES = {
    ("AWS::EC2::SecurityGroup", "GroupId"): "{id}",
    ("AWS::IAM::Role", "Arn"): "arn:aws:iam::{account}:role/{id}",
    ("AWS::KMS::Key", "Arn"): "arn:aws:kms:{region}:{account}:key/{id}",
    ("AWS::Lambda::Function", "Arn"): "arn:aws:lambda:{region}:{account}:function:{id}",
    ("AWS::Logs::LogGroup", "Arn"): "arn:aws:logs:{region}:{account}:log-group:{id}",
    ("Custom::S3PrefixList", "Id"): "{id}",
    ("AWS::S3::Bucket", "Arn"): "arn:aws:s3:::{id}",
}


@dataclass(frozen=True)
class Stack:
    """One stack of the assembly."""

    name: str
    stage: str
    part: str
    template: dict
    protected: bool
    tags: dict

    @property
    def resources(self) -> dict:
        """The template's resources by their logical ids."""
        return self.template["Resources"]


def load(assembly: Path) -> list[Stack]:
    """All stacks of an assembly and of those nested in it, in the app's order."""
    stacks = []
    for artifact in json.loads((assembly / "manifest.json").read_text())["artifacts"].values():
        properties = artifact.get("properties", {})
        if artifact["type"] == "cdk:cloud-assembly":
            stacks += load(assembly / properties["directoryName"])
        elif artifact["type"] == "aws:cloudformation:stack":
            stage, _, part = artifact["displayName"].partition("/")
            template = json.loads((assembly / properties["templateFile"]).read_text())
            stacks.append(Stack(
                properties["stackName"], stage, part, template,
                properties.get("terminationProtection", False), properties.get("tags", {}),
            ))
    return stacks


def physical_ids(emulator: Emulator, stack: Stack) -> dict[str, str]:
    """The physical ids of a deployed stack's resources by their logical ids. What moto skipped has neither."""
    pages = emulator.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack.name)
    listed = [resource for page in pages for resource in page["StackResourceSummaries"]]
    return {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in listed if r["LogicalResourceId"]}


def default_group(emulator: Emulator, vpc: str) -> dict:
    """The security group that a VPC comes with."""
    filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    (group,) = emulator.client("ec2").describe_security_groups(Filters=filters)["SecurityGroups"]
    return group


class Resolver:
    """Turns the intrinsic functions of one deployed stack's template into the values that they have in the emulator."""

    def __init__(self, emulator: Emulator, stack: Stack):
        cloudformation = emulator.client("cloudformation")
        self.ids = physical_ids(emulator, stack)
        self._emulator = emulator
        self._stack = stack
        self._stack_id = cloudformation.describe_stacks(StackName=stack.name)["Stacks"][0]["StackId"]
        pages = cloudformation.get_paginator("list_exports").paginate()
        self._exports = {export["Name"]: export["Value"] for page in pages for export in page["Exports"]}
        zones = emulator.client("ec2").describe_availability_zones()["AvailabilityZones"]
        self._zones = [zone["ZoneName"] for zone in zones]

    def __call__(self, value):
        if isinstance(value, list):
            return [self(v) for v in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (function, argument), = value.items()
            if function == "Ref" or function.startswith("Fn::"):
                return self._call(function, argument)
        return {key: self(v) for key, v in value.items()}

    def _call(self, function: str, argument):
        if function == "Fn::GetAtt":
            return self._attribute(*argument)
        argument = self(argument)
        match function:
            case "Ref":
                known = PSEUDO | {"AWS::StackId": self._stack_id, "AWS::StackName": self._stack.name} | self.ids
                return known[argument]
            case "Fn::ImportValue":
                return self._exports[argument]
            case "Fn::FindInMap":
                name, first, second = argument
                return self._stack.template["Mappings"][name][first][second]
            case "Fn::GetAZs":
                return self._zones
            case "Fn::Join":
                return argument[0].join(argument[1])
            case "Fn::Select":
                return argument[1][int(argument[0])]
            case "Fn::Split":
                return argument[1].split(argument[0])
        raise NotImplementedError(f"{function}: add it to Resolver in {Path(__file__).name}")

    def _attribute(self, logical_id: str, attribute: str) -> str:
        key = (self._stack.resources[logical_id]["Type"], attribute)
        if key == ("AWS::EC2::VPC", "DefaultSecurityGroup"):
            return default_group(self._emulator, self.ids[logical_id])["GroupId"]
        if logical_id not in self.ids:
            return SKIPPED.format(name=logical_id)
        if key == ("AWS::SQS::Queue", "Arn"):
            return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{self.ids[logical_id].rsplit('/', 1)[1]}"
        if key == ("AWS::StepFunctions::StateMachine", "Name"):
            return self.ids[logical_id].rsplit(":", 1)[1]
        if key not in ATTRIBUTES:
            raise NotImplementedError(f"Fn::GetAtt of {key}: add it to ATTRIBUTES in {Path(__file__).name}")
        return ATTRIBUTES[key].format(id=self.ids[logical_id], account=ACCOUNT, region=REGION)
