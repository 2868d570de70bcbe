"""Plays what CloudFormation does when a creation fails, when a stack is deleted and deployed again, and when a property is
changed, on every template, with the resource schemas of CloudFormation that cfn-lint ships.

Run in the repository's root, after make assemblies: .venv/bin/python checks/deployments/test_deployments.py
"""

import csv
import json
import sys
import unittest
from dataclasses import dataclass
from pathlib import Path

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER as SCHEMAS

sys.dont_write_bytecode = True
NAMES = {k["type"]: k["property"] for k in csv.DictReader(Path("internal/names/kinds.csv").open(encoding="utf-8")) if k["property"]}
TEMPLATES = sorted([
    *Path("cdk.out").glob("assembly-*/*.template.json"), *Path("examples").glob("*/cdk.out/*.template.json")])

# A package group is its pattern.
NAMES["AWS::CodeArtifact::PackageGroup"] = "Pattern"

# What a deleted stack leaves behind under a fixed name, why it has one, and what cdk import is told of it (docs/kept.md).
OUTLIVES_ITS_STACK = {
    "AWS::Backup::BackupVault": ("a vault needs a name, and has what was backed up", "BackupVaultName"),
    "AWS::CodeArtifact::Domain": ("package managers and policies of other accounts name it", "Arn"),
    "AWS::CodeArtifact::PackageGroup": ("packages come from where it says for as long as there are repositories", "Arn"),
    "AWS::CodeArtifact::Repository": ("package managers and policies of other accounts name it", "Arn"),
    "AWS::ECR::Repository": ("jobs and policies of other accounts name it", "RepositoryName"),
    "AWS::Logs::LogGroup": ("policies name those of builds and promotion", "LogGroupName"),
    "AWS::SageMaker::ModelPackageGroup": ("whoever approves or deploys a model names it", "ModelPackageGroupArn"),
}

# Properties whose change replaces a resource that holds something, or fails since CloudFormation can't make a second one of
# that name (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html).
OWN_KEY = "said at the field Key; without one, the key is the construct's own and no change replaces it"
FIXED = "no field changes it"
SAME_STACK = "refers to a resource of the same stack, which no field replaces"
REPLACED_BY = {
    ("AWS::Backup::BackupVault", "EncryptionKeyArn"): "the key is the construct's own and no change replaces it",
    ("AWS::CodeArtifact::Domain", "EncryptionKey"): OWN_KEY,
    ("AWS::CodeArtifact::PackageGroup", "DomainName"): SAME_STACK,
    ("AWS::CodeArtifact::Repository", "DomainName"): SAME_STACK,
    ("AWS::ECR::PullThroughCacheRule", "UpstreamRegistry"): FIXED,
    ("AWS::ECR::PullThroughCacheRule", "UpstreamRegistryUrl"): FIXED,
    ("AWS::ECR::Repository", "EncryptionConfiguration"): OWN_KEY,
    ("AWS::ECR::Repository", "EncryptionConfiguration/EncryptionType"): FIXED,
    ("AWS::ECR::Repository", "EncryptionConfiguration/KmsKey"): OWN_KEY,
    ("AWS::EFS::FileSystem", "Encrypted"): FIXED,
    ("AWS::EFS::FileSystem", "KmsKeyId"): OWN_KEY,
    ("AWS::FSx::FileSystem", "FileSystemType"): FIXED,
    ("AWS::FSx::FileSystem", "KmsKeyId"): OWN_KEY,
    ("AWS::FSx::FileSystem", "SecurityGroupIds"): SAME_STACK,
    ("AWS::FSx::FileSystem", "SubnetIds"): "said at the field Zone",
    ("AWS::MWAA::Environment", "EndpointManagement"): FIXED,
    ("AWS::MWAA::Environment", "KmsKey"): "said at the field Key: another key needs another Name",
    ("AWS::MWAA::Environment", "NetworkConfiguration/SubnetIds"): "said at the field Network: other subnets need another Name",
    ("AWS::MWAAServerless::Workflow", "EncryptionConfiguration"): "said at the field Key: another key needs another Name",
    ("AWS::S3::BucketPolicy", "Bucket"): SAME_STACK,
    ("AWS::SageMaker::Cluster", "InstanceGroups/*/ExecutionRole"): SAME_STACK,
    ("AWS::SageMaker::Cluster", "InstanceGroups/*/InstanceGroupName"): "said at the field Name of a group",
    ("AWS::SageMaker::Cluster", "InstanceGroups/*/InstanceType"): "said at the field InstanceType of a group",
    ("AWS::SageMaker::Cluster", "NodeProvisioningMode"): FIXED,
    ("AWS::SageMaker::Cluster", "Orchestrator/Eks"): "said at the field EKS: another orchestrator needs another Name",
    ("AWS::SageMaker::Cluster", "VpcConfig"): "said at the field Network: other subnets need another Name",
    ("AWS::Signer::SigningProfile", "PlatformId"): FIXED,
    ("AWS::Signer::SigningProfile", "SignatureValidityPeriod"): FIXED,
}

# What the schemas do not say: the mode is chosen when a cluster is made
# (https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-scaling-eks.html).
CREATE_ONLY = {"AWS::SageMaker::Cluster": {"NodeProvisioningMode"}}

PSEUDO = {"AWS::AccountId", "AWS::Region", "AWS::Partition", "AWS::URLSuffix"}


def replacing(of):
    """The properties of a type whose change replaces the resource: "Groups/*/Name" is in a list."""
    schema = SCHEMAS.get_resource_schema("us-east-1", of).schema
    paths = [*schema.get("createOnlyProperties", []), *schema.get("conditionalCreateOnlyProperties", [])]
    return {path.removeprefix("/properties/") for path in paths} | CREATE_ONLY.get(of, set())


def has(value, path):
    """Whether a value has a property at a path."""
    first, _, rest = path.partition("/")
    if first == "*":
        return isinstance(value, list) and any(has(entry, rest) for entry in value)
    return isinstance(value, dict) and first in value and (not rest or has(value[first], rest))


def references(value):
    """Logical ids, and whatever else is written as one, that a value refers to."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "Ref":
                yield inner
            elif key == "Fn::GetAtt":
                yield inner[0]
            else:
                yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


@dataclass
class Stack:
    """One template."""

    path: Path
    resources: dict

    @classmethod
    def read(cls, path):
        """The resources of AWS's types in a template."""
        everything = json.loads(path.read_text(encoding="utf-8"))["Resources"]
        return cls(path, {i: r for i, r in everything.items() if r["Type"].startswith("AWS::") and r["Type"] != "AWS::CDK::Metadata"})

    def needs(self, logical_id, seen=()):
        """What has to stand before a resource: what it refers to or waits for, and so on."""
        r = self.resources[logical_id]
        waits = r.get("DependsOn", [])
        direct = {*references(r.get("Properties", {})), *([waits] if isinstance(waits, str) else waits)} & self.resources.keys()
        return direct.union(*(self.needs(other, (*seen, logical_id)) for other in direct if other not in seen))

    def fixed(self, value):
        """Whether a value is the same in every deployment of the stack to the same place."""
        names = set(references(value)) - PSEUDO
        return all(name in self.resources and self.name(name) is not None for name in names)

    def name(self, logical_id):
        """The name of a resource that is the same in every deployment; None: it has none, or one that AWS makes."""
        r = self.resources[logical_id]
        name = r.get("Properties", {}).get(NAMES.get(r["Type"]))
        return None if name is None or not self.fixed(name) else json.dumps(name)

    def remains(self, failing):
        """What a failed creation leaves once it is rolled back: RetainExceptOnCreate goes then, Retain stays."""
        return [i for i, r in self.resources.items()
                if r.get("DeletionPolicy") in ("Retain", "Snapshot") and failing != i and failing not in self.needs(i)]

    def outlives(self):
        """What the deletion of the stack leaves."""
        return [i for i, r in self.resources.items() if r.get("DeletionPolicy", "Delete") != "Delete"]


STACKS = [Stack.read(path) for path in TEMPLATES]


class Deployments(unittest.TestCase):
    """Each stack, deployed with and without luck."""

    def test_there_are_stacks(self):
        self.assertGreater(sum(len(s.resources) for s in STACKS), 1000)

    def test_a_failed_creation_leaves_nothing(self):
        for s in STACKS:
            for failing in s.resources:
                left = s.remains(failing)
                collide = [i for i in left if s.name(i)]
                self.assertEqual((left, collide), ([], []), f"{s.path}: {failing} can't be made")

    def test_nothing_makes_what_no_stack_knows(self):
        """A function or a build makes its log group when it first runs; a stack that knows no such group can't delete it."""
        for s in STACKS:
            for logical_id, r in s.resources.items():
                given = r.get("Properties", {})
                if r["Type"] == "AWS::Lambda::Function":
                    group = given.get("LoggingConfig", {}).get("LogGroup")
                elif r["Type"] == "AWS::CodeBuild::Project":
                    group = given["LogsConfig"]["CloudWatchLogs"].get("GroupName")
                else:
                    continue
                with self.subTest(f"{s.path} {logical_id}"):
                    self.assertTrue(set(references(group)) & s.resources.keys())

    def test_a_deleted_stack_can_be_deployed_again(self):
        found = set()
        for s in STACKS:
            for logical_id in s.outlives():
                r = s.resources[logical_id]
                if name := s.name(logical_id):
                    found.add(r["Type"])
                    # What can be imported has a deletion policy.
                    self.assertEqual(r["DeletionPolicy"], "RetainExceptOnCreate", f"{s.path}: {logical_id}")
        self.assertEqual(found, set(OUTLIVES_ITS_STACK))

    def test_what_stays_can_be_imported(self):
        said = Path("docs/kept.md").read_text(encoding="utf-8")
        for of, (_, identifier) in OUTLIVES_ITS_STACK.items():
            schema = SCHEMAS.get_resource_schema("us-east-1", of).schema
            self.assertEqual(schema["primaryIdentifier"], [f"/properties/{identifier}"], of)
            self.assertIn(f"`{identifier}`", said)

    def test_what_stays_is_imported_with_what_it_refers_to(self):
        """An import takes up what it names alone: all that it refers to has to be kept too. A network's log key of Development goes."""
        for s in STACKS:
            kept = set(s.outlives())
            for logical_id in kept:
                if s.resources[logical_id]["Type"] in OUTLIVES_ITS_STACK:
                    gone = {s.resources[i]["Type"] for i in s.needs(logical_id) - kept}
                    self.assertLessEqual(gone, {"AWS::KMS::Key"} if s.resources[logical_id]["Type"] == "AWS::Logs::LogGroup" else set(), f"{s.path}: {logical_id}")

    def test_changes_replace_nothing_that_counts(self):
        found = set()
        for s in STACKS:
            for logical_id, r in s.resources.items():
                of, given = r["Type"], r.get("Properties", {})
                if not s.name(logical_id) and r.get("DeletionPolicy") is None:
                    continue
                found |= {(of, p) for p in replacing(of) if p != NAMES.get(of) and has(given, p)}
        self.assertEqual(found, set(REPLACED_BY))


if __name__ == "__main__":
    unittest.main()
