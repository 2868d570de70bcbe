"""Holds the table of names, internal/names/kinds.csv, against AWS's own models, and every template against the table:
what CloudFormation calls a resource by, or makes it anew for, is a name that has to be unique, so that a new one is
noticed.

Run in the repository's root, after make assemblies: .venv/bin/python checks/names/test_names.py
"""

import csv
import json
import re
import sys
import unittest
from pathlib import Path

import botocore.session
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER as SCHEMAS

sys.dont_write_bytecode = True
KINDS = list(csv.DictReader(Path("internal/names/kinds.csv").open(encoding="utf-8")))
NAMED = {kind["type"]: kind["property"] for kind in KINDS if kind["type"]}
TEMPLATES = sorted([
    *Path("cdk.out").glob("assembly-*/*.template.json"), *Path("examples").glob("*/cdk.out/*.template.json")])

# Names that are not the resource's own: of a service of AWS's.
OF_OTHERS = {("AWS::EC2::VPCEndpoint", "ServiceName")}
# Patterns of names that others than Plinth make: Celery's queues, jobs of pipelines, roles of the CDK's bootstrap,
# roles of FSx, and CodeArtifact's repositories of public indexes, which no stage is called like.
MADE_BY_OTHERS = ("airflow-celery-*", "/pipelines-*", "/cdk-*", "_fs-*", "/public-*")
# What is in a name between two separators: letters and digits with single hyphens between them.
PART = re.compile(r"[a-z0-9_]+(-[a-z0-9_]+)*")
# Kinds whose names start with those of an environment and a team, or of a chain.
IN_PARTS = {
    "AWS::SageMaker::Pipeline", "AWS::SageMaker::ModelPackageGroup", "AWS::SageMaker::Cluster", "AWS::IAM::Role",
    "AWS::MWAA::Environment", "AWS::MWAAServerless::Workflow", "AWS::CodeBuild::Project"}
# Identifiers of which an account and region has one.
SINGLE = {"RegistryId", "AccountId"}


def schema(of):
    return SCHEMAS.get_resource_schema("us-east-1", of).schema


def properties(of, *lists):
    """Names of the top-level properties in lists of a type's schema."""
    found = schema(of)
    for name in lists:
        for entry in found.get(name, []):
            for path in entry if isinstance(entry, list) else [entry]:
                yield path.removeprefix("/properties/")


def refers(value):
    """Whether a value is another resource's name, or made by one."""
    return isinstance(value, dict) and ("Ref" in value or "Fn::GetAtt" in value)


def statements(value):
    """Every statement of a policy in a value."""
    if isinstance(value, dict):
        if "Effect" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from statements(inner)


def texts(value):
    """Every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)


def resources():
    """Every resource of the templates once, as type and properties."""
    for template in TEMPLATES:
        for name, resource in json.loads(template.read_text(encoding="utf-8"))["Resources"].items():
            if resource["Type"].startswith("AWS::") and resource["Type"] != "AWS::CDK::Metadata":
                yield f"{template} {name}", resource["Type"], resource.get("Properties", {})


class Table(unittest.TestCase):
    """What the table says is what AWS says."""

    def test_limits_are_those_of_the_api(self):
        session = botocore.session.get_session()
        for kind in KINDS:
            with self.subTest(kind["kind"]):
                if not kind["api"]:
                    self.assertEqual((kind["property"], kind["max"], kind["pattern"]), ("", "", ""))
                    continue
                service, operation, member = kind["api"].split()
                request = session.get_service_model(service).operation_model(operation).input_shape
                taken = request.members[member].metadata
                self.assertEqual(kind["pattern"], taken["pattern"])
                self.assertEqual(int(kind["max"]), taken.get("max", 50))  # a vault's pattern says it

    def test_a_name_is_a_property_that_replaces_its_resource(self):
        for of, name in NAMED.items():
            with self.subTest(of):
                found = schema(of)
                if name:
                    self.assertIn(name, found["properties"])
                    self.assertIn(name, properties(of, "createOnlyProperties"))
                else:
                    self.assertTrue(SINGLE & set(properties(of, "primaryIdentifier")))

    def test_places_and_documents_are_given(self):
        for kind in KINDS:
            with self.subTest(kind["kind"]):
                self.assertIn(kind["within"], ["account", "region", "domain"])
                self.assertIn(kind["case"], ["folds", "keeps"])
                self.assertTrue(kind["source"].startswith("https://docs.aws.amazon.com/"))
                # Nothing collides in a domain: it is made with all that is in it.
                self.assertEqual(bool(kind["fix"]), kind["within"] != "domain")


class Templates(unittest.TestCase):
    """Every name in a template is in the table."""

    def test_there_are_templates(self):
        self.assertGreater(len(TEMPLATES), 10)

    def test_names_are_in_the_table(self):
        for where, of, given in resources():
            identifying = set(properties(of, "primaryIdentifier", "additionalIdentifiers"))
            replacing = {p for p in properties(of, "createOnlyProperties") if p.endswith("Name")}
            for name in (identifying | replacing) & given.keys():
                if not refers(given[name]) and (of, name) not in OF_OTHERS:
                    self.assertEqual(NAMED.get(of), name, f"{where}: put {name} of {of} into kinds.csv")

    def test_names_consist_of_parts(self):
        for where, of, given in resources():
            if of in IN_PARTS and NAMED[of] in given:
                name = given[NAMED[of]]
                if isinstance(name, dict):  # whose region a deployment fills in
                    name = "".join(part if isinstance(part, str) else "region" for part in name["Fn::Join"][1])
                parts = name.replace("---", "--").split("--")
                self.assertGreater(len(parts), 1, f"{where}: {name}")
                for part in parts:
                    self.assertRegex(part, f"^{PART.pattern}$", f"{where}: {name}")

    def test_patterns_end_after_a_separator(self):
        for where, _, given in resources():
            for text in texts(list(statements(given))):
                if re.search(r"[^-]-\*", text) and not any(own in text for own in MADE_BY_OTHERS):
                    self.fail(f"{where}: {text} matches names that go on after a hyphen: make it in internal/names")

    def test_what_an_account_has_one_of_is_in_the_table(self):
        for where, of, _ in resources():
            if SINGLE & set(properties(of, "primaryIdentifier")):
                self.assertIn(of, NAMED, f"{where}: an account and region has one: put {of} into kinds.csv")


if __name__ == "__main__":
    unittest.main()
