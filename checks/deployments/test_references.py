"""Holds that a template changes when a resource of another stack that it refers to is replaced, on every template, with the
resource schemas of CloudFormation that cfn-lint ships.

Run in the repository's root, after make assemblies: .venv/bin/python checks/deployments/test_references.py
"""

import csv
import json
import sys
import unittest
from pathlib import Path

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER as SCHEMAS

sys.dont_write_bytecode = True
TABLE = {row["type"]: row["properties"].split() for row in csv.DictReader(Path("internal/cfn/createonly.csv").open(encoding="utf-8"))}
ASSEMBLIES = sorted([*Path("cdk.out").glob("assembly-*"), *Path("examples").glob("*/cdk.out")])
DIGESTS = {"plinth:references", "plinth:boundary"}


def create_only(of):
    """The properties whose change replaces a resource of the type."""
    schema = SCHEMAS.get_resource_schema("us-east-1", of).schema
    paths = [*schema.get("createOnlyProperties", []), *schema.get("conditionalCreateOnlyProperties", [])]
    return sorted({path.split("/")[2] for path in paths})


def outputs(value):
    """The outputs of other stacks that a value has."""
    if isinstance(value, dict):
        if "Fn::GetStackOutput" in value:
            yield value["Fn::GetStackOutput"]
            return
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from outputs(inner)


def stacks(assembly):
    """The templates of an assembly by the names of the stacks."""
    for logical_id, artifact in json.loads((assembly / "manifest.json").read_text(encoding="utf-8"))["artifacts"].items():
        if artifact["type"] == "aws:cloudformation:stack":
            given = artifact["properties"]
            template = json.loads((assembly / given["templateFile"]).read_text(encoding="utf-8"))
            yield given.get("stackName", logical_id), template


class References(unittest.TestCase):
    """Each reference from one stack to another."""

    def test_what_refers_to_another_stack_has_a_digest(self):
        seen = 0
        for assembly in ASSEMBLIES:
            templates = dict(stacks(assembly))
            for name, template in templates.items():
                for logical_id, resource in template["Resources"].items():
                    for output in outputs(resource.get("Properties", {})):
                        of = templates[output["StackName"]]
                        value = of["Outputs"][output["OutputName"]]["Value"]
                        target = of["Resources"][value.get("Ref") or value["Fn::GetAtt"][0]]["Type"]
                        if create_only(target):
                            seen += 1
                            self.assertTrue(DIGESTS & resource["Metadata"].keys(), f"{name}: {logical_id} refers to {output}")
        self.assertGreater(seen, 100)

    def test_the_table_is_that_of_the_schemas(self):
        used = {
            resource["Type"] for assembly in ASSEMBLIES for _, template in stacks(assembly)
            for resource in template["Resources"].values() if resource["Type"].startswith("AWS::") and resource["Type"] != "AWS::CDK::Metadata"}
        self.assertEqual(TABLE, {of: create_only(of) for of in used if create_only(of)})


if __name__ == "__main__":
    unittest.main()
