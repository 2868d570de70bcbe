"""Has a second, stricter parser read the definition of every state machine: an unknown field or intrinsic is an error to it.

Run in the repository's root, after make assemblies: checks/asl/strict/.venv/bin/python checks/asl/strict/test_definitions.py
"""

import json
import logging
import sys
import unittest
from pathlib import Path

from localstack.services.stepfunctions.asl.static_analyser.static_analyser import StaticAnalyser

sys.dont_write_bytecode = True
logging.disable(logging.WARNING)  # of integrations that this parser can't run
PSEUDO = {"AWS::Partition": "aws", "AWS::Region": "us-east-1", "AWS::AccountId": "111122223333"}


def text(value):
    """A text of a template, with something of the right form where a deployment knows more."""
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        separator, parts = value["Fn::Join"]
        return separator.join(text(part) for part in parts)
    return PSEUDO.get(value.get("Ref"), "arn:aws:x:us-east-1:111122223333:y")


def definitions():
    """Every definition, with its template and logical id."""
    for path in sorted([*Path("cdk.out").glob("assembly-*/*.template.json"), *Path("examples").glob("*/cdk.out/*.template.json")]):
        for logical_id, resource in json.loads(path.read_text(encoding="utf-8"))["Resources"].items():
            if resource["Type"] == "AWS::StepFunctions::StateMachine":
                yield f"{path}: {logical_id}", text(resource["Properties"]["DefinitionString"])


class Definitions(unittest.TestCase):
    """Each state machine of the assemblies."""

    def test_every_definition_is_read(self):
        seen = list(definitions())
        self.assertGreater(len(seen), 15)
        for where, definition in seen:
            with self.subTest(where):
                StaticAnalyser().analyse(definition)

    def test_the_parser_is_strict(self):
        _, definition = next(definitions())
        for change in ({"Foo": 1}, {"Parameters": {"a.$": "States.Nothing($)"}}):
            machine = json.loads(definition)
            machine["States"][machine["StartAt"]] |= change
            with self.subTest(change), self.assertRaises(Exception):
                StaticAnalyser().analyse(json.dumps(machine))


if __name__ == "__main__":
    unittest.main()
