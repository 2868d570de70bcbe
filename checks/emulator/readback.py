"""Compares what stands in the emulator with what the templates say: CREATE_COMPLETE alone proves nothing."""

import json
from collections import Counter
from dataclasses import dataclass, field

from emulator import Emulator
from readers import Reader
from templates import Resolver, Stack, physical_ids

# What moto ignores, and how. A run must meet every entry: one that it does not meet any more has to go from here.
IGNORED_TYPES = {
    "AWS::CDK::Metadata": "no resource in AWS either",
    "AWS::CodeArtifact::Domain": "unknown to moto",
    "AWS::CodeArtifact::PackageGroup": "unknown to moto",
    "AWS::CodeArtifact::Repository": "unknown to moto",
    "AWS::CodeBuild::Project": "unknown in stacks",
    "AWS::ECR::RegistryScanningConfiguration": "unknown in stacks",
    "AWS::ECR::SigningConfiguration": "unknown to moto",
    "AWS::EC2::SecurityGroupEgress": "every group keeps the default rule, out to anywhere",
    "AWS::MWAA::Environment": "unknown to moto",
    "AWS::MWAAServerless::Workflow": "unknown to moto",
    "AWS::SageMaker::Cluster": "unknown to moto",
    "AWS::Route53Resolver::FirewallDomainList": "unknown in stacks",
    "AWS::Route53Resolver::FirewallRuleGroup": "unknown in stacks",
    "AWS::Route53Resolver::FirewallRuleGroupAssociation": "unknown in stacks",
    "AWS::Route53Resolver::ResolverQueryLoggingConfig": "unknown in stacks",
    "AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation": "unknown in stacks",
    "AWS::S3::BucketPolicy": "unknown in stacks",
    "AWS::SageMaker::ModelPackageGroup": "unknown in stacks",
    "AWS::SNS::TopicPolicy": "unknown in stacks",
    "AWS::SQS::QueuePolicy": "unknown in stacks",
    "AWS::Signer::SigningProfile": "unknown in stacks",
}
IGNORED_PROPERTIES = {
    "AWS::EC2::RouteTable": ("only the stack's tags arrive", {"Tags"}),
    "AWS::EC2::SecurityGroup": ("every group keeps the default rule, out to anywhere", {"SecurityGroupEgress"}),
    "AWS::EC2::SubnetRouteTableAssociation": ("accepted, but no route table shows it", {"RouteTableId", "SubnetId"}),
    "AWS::EC2::VPC": ("every VPC keeps the default", {"EnableDnsHostnames"}),
    "AWS::EC2::VPCEndpoint": ("only the stack's tags arrive", {"Tags"}),
    "AWS::ECR::Repository": (
        "a stack sets name and tags only",
        {"EmptyOnDelete", "EncryptionConfiguration", "ImageScanningConfiguration", "LifecyclePolicy", "RepositoryPolicyText"},
    ),
    "AWS::IAM::ManagedPolicy": ("no policy is attached by a stack", {"Roles"}),
    "AWS::IAM::Role": ("no policy is attached by a stack", {"ManagedPolicyArns"}),
    "AWS::KMS::Key": ("describing a key that a stack gave a policy ends in an error", {"Description", "PendingWindowInDays"}),
    "AWS::Lambda::Function": (
        "the API shows no code, which ran all the same, and no log group", {"Code", "LoggingConfig"},
    ),
    "AWS::Logs::LogGroup": ("dropped by a stack", {"KmsKeyId"}),
    "AWS::S3::Bucket": (
        "a stack sets the key and tags only",
        {"BucketKeyEnabled", "LifecycleConfiguration", "LoggingConfiguration", "OwnershipControls", "PublicAccessBlockConfiguration",
         "VersioningConfiguration"},
    ),
    "AWS::StepFunctions::StateMachine": (
        "a stack sets definition, role and tags only", {"LoggingConfiguration", "TracingConfiguration"},
    ),
}


@dataclass
class Report:
    """How many values the templates state and how many agree, by part and type, what moto ignored, and what is wrong."""

    stated: Counter = field(default_factory=Counter)
    agreed: Counter = field(default_factory=Counter)
    ignored: Counter = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def compare(emulator: Emulator, stacks: list[Stack]) -> Report:
    """Reads everything back that the templates state, and holds it against them."""
    report, reader = Report(), Reader(emulator)
    for stack in stacks:
        resolve = Resolver(emulator, stack)
        with_context(report, stack.name, compare_stack, emulator, stack, resolve)
        for logical_id, resource in stack.resources.items():
            if resource["Type"] not in IGNORED_TYPES:
                where = f"{stack.name} {logical_id}"
                with_context(report, where, compare_resource, stack.part, logical_id, resource, resolve, reader)
    report.wrong += lists_that_lie(emulator, report)
    return report


def with_context(report: Report, where: str, check, *arguments) -> None:
    """Runs a check and notes where its findings are. Whatever keeps it from an answer is a finding, too."""
    try:
        findings = check(report, *arguments)
    except Exception as e:
        findings = [f"{type(e).__name__}: {e}"]
    report.wrong += [f"{where}: {finding}" for finding in findings]


def compare_stack(_: Report, emulator: Emulator, stack: Stack, resolve: Resolver) -> list[str]:
    """What is wrong with a stack besides its resources, and every way out of its VPCs."""
    found = emulator.client("cloudformation").describe_stacks(StackName=stack.name)["Stacks"][0]
    wanted_outputs = {key: resolve(output["Value"]) for key, output in stack.template.get("Outputs", {}).items()}
    vpcs = [resolve.ids[i] for i, r in stack.resources.items() if r["Type"] == "AWS::EC2::VPC" and i in resolve.ids]
    compared = (
        ("status", "CREATE_COMPLETE", found["StackStatus"]),
        ("termination protection", stack.protected, found["EnableTerminationProtection"]),
        ("tags", stack.tags, {tag["Key"]: tag["Value"] for tag in found["Tags"]}),
        ("outputs", wanted_outputs, {o["OutputKey"]: o["OutputValue"] for o in found.get("Outputs", [])}),
        ("ways out of its VPCs", [], [way for vpc in vpcs for way in ways_out(emulator, vpc)]),
    )
    return [f"{what}: want {want}, found {have}" for what, want, have in compared if have != want]


def ways_out(emulator: Emulator, vpc: str) -> list[str]:
    """Gateways of a VPC, and its routes to anything but itself and its endpoints."""
    ec2 = emulator.client("ec2")
    in_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
    attached = [{"Name": "attachment.vpc-id", "Values": [vpc]}]
    routes = [r for t in ec2.describe_route_tables(Filters=in_vpc)["RouteTables"] for r in t["Routes"]]
    return [
        *(g["InternetGatewayId"] for g in ec2.describe_internet_gateways(Filters=attached)["InternetGateways"]),
        *(g["NatGatewayId"] for g in ec2.describe_nat_gateways(Filters=in_vpc)["NatGateways"]),
        *(str(route) for route in routes if not route.get("GatewayId", "").startswith(("local", "vpce-"))),
    ]


def compare_resource(report: Report, part: str, logical_id: str, resource: dict, resolve: Resolver,
                     reader: Reader) -> list[str]:
    """What is wrong with the properties that the template gives a resource."""
    kind = resource["Type"]
    if logical_id not in resolve.ids:
        return [f"{kind} does not stand"]
    want = stated(resource, resolve)
    found = reader.read(kind, resolve.ids[logical_id], want)
    may_be_ignored = IGNORED_PROPERTIES.get(kind, ("", ()))[1]
    wrong = []
    for name, value in want.items():
        report.stated[part, kind] += 1
        if name in found and same(name, found[name], value):
            report.agreed[part, kind] += 1
        elif name in may_be_ignored:
            report.ignored[kind, name] += 1
        elif name in found:
            wrong.append(f"{kind} {name}: want {value}, found {found[name]}")
        else:
            wrong.append(f"{kind} {name} is not read back: teach Reader, or list it as ignored")
    return wrong


def stated(resource: dict, resolve: Resolver) -> dict:
    """The values of a template's properties. What moto drops from within one of them stands for itself."""
    properties = resolve(resource.get("Properties", {}))
    if resource["Type"] == "AWS::S3::Bucket":
        for rule in properties.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration", []):
            if "BucketKeyEnabled" in rule:
                properties["BucketKeyEnabled"] = rule.pop("BucketKeyEnabled")
    return properties


def same(name: str, found, want) -> bool:
    """Whether a value is the one of the template. A resource may have more tags: those of its stack."""
    if name == "Tags":
        return all(tag in found for tag in want)
    if isinstance(want, str) and isinstance(found, dict):
        return found == json.loads(want)
    return found == want


def lists_that_lie(emulator: Emulator, report: Report) -> list[str]:
    """The entries that IGNORED_TYPES lacks, and those that it and IGNORED_PROPERTIES hold in vain."""
    types = set(IGNORED_TYPES)
    properties = {(kind, name) for kind, (_, names) in IGNORED_PROPERTIES.items() for name in names}
    return [
        *(f"moto skipped {kind}: it is not in IGNORED_TYPES" for kind in sorted(emulator.unknown - types)),
        *(f"moto never skipped {kind}: take it from IGNORED_TYPES" for kind in sorted(types - emulator.unknown)),
        *(f"moto never ignored {kind} {name}: take it from IGNORED_PROPERTIES"
          for kind, name in sorted(properties - set(report.ignored))),
    ]


def snapshot(emulator: Emulator, stacks: list[Stack]) -> dict:
    """What must stay the same when nothing is deployed: each stack's status, update time, events and resources."""
    cloudformation = emulator.client("cloudformation")
    taken = {}
    for stack in stacks:
        found = cloudformation.describe_stacks(StackName=stack.name)["Stacks"][0]
        pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack.name)
        events = [event["EventId"] for page in pages for event in page["StackEvents"]]
        taken[stack.name] = (found["StackStatus"], found.get("LastUpdatedTime"), events, physical_ids(emulator, stack))
    return taken
