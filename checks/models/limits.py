"""Writes constructs/testdata/limits.csv: what AWS's own models say of each property and request member that
constructs/testdata/models.txt names a type or an operation of. With --check it says whether the file is current.

Run in the repository's root: .venv/bin/python checks/models/limits.py
"""

import csv
import io
import sys
from pathlib import Path

import botocore.session
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER as SCHEMAS

DATA = Path("constructs/testdata")
COLUMNS = ["model", "path", "kind", "min", "max", "pattern", "unique"]
KINDS = {"string": "text", "blob": "text", "integer": "number", "long": "number", "float": "number", "double": "number",
         "number": "number", "list": "list", "array": "list", "map": "map"}


def of_operation(service, operation):
    """Rows of a request: a list's members are below [], a map's keys below {key} and its values below {}."""
    session = botocore.session.get_session()

    def rows(shape, path, within):
        about = shape.metadata
        if shape.type_name in KINDS:
            most = about.get("max", 2**31 - 1 if shape.type_name == "integer" else None)
            yield path, KINDS[shape.type_name], about.get("min"), most, about.get("pattern"), None
        if shape.name in within:  # a shape that holds itself
            return
        within = within | {shape.name}
        if shape.type_name == "structure":
            for name, member in shape.members.items():
                yield from rows(member, f"{path}.{name}" if path else name, within)
        elif shape.type_name == "list":
            yield from rows(shape.member, path + "[]", within)
        elif shape.type_name == "map":
            yield from rows(shape.key, path + "{key}", within)
            yield from rows(shape.value, path + "{}", within)

    yield from rows(session.get_service_model(service).operation_model(operation).input_shape, "", frozenset())


def of_type(of):
    """Rows of a resource's properties, as CloudFormation's schema has them."""
    schema = SCHEMAS.get_resource_schema("us-east-1", of).schema

    def rows(part, path, within):
        if "$ref" in part:
            name = part["$ref"].removeprefix("#/")
            if name in within:
                return
            found = schema
            for step in name.split("/"):
                found = found[step]
            yield from rows(found, path, within | {name})
        kinds = part.get("type", [])
        for kind in [kinds] if isinstance(kinds, str) else kinds:
            if kind == "string":
                yield path, "text", part.get("minLength"), part.get("maxLength"), part.get("pattern"), None
            elif kind in ("integer", "number"):
                yield path, "number", part.get("minimum"), part.get("maximum"), None, None
            elif kind == "array":
                yield path, "list", part.get("minItems"), part.get("maxItems"), None, part.get("uniqueItems")
            elif kind == "object":
                yield path, "map", part.get("minProperties"), part.get("maxProperties"), None, None
        for name, member in part.get("properties", {}).items():
            yield from rows(member, f"{path}.{name}" if path else name, within)
        for pattern, member in part.get("patternProperties", {}).items():
            yield path + "{key}", "text", None, None, pattern, None
            yield from rows(member, path + "{}", within)
        if isinstance(part.get("items"), dict):
            yield from rows(part["items"], path + "[]", within)

    yield from rows(schema, "", frozenset())


def table():
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(COLUMNS)
    for model in (DATA / "models.txt").read_text(encoding="utf-8").split("\n"):
        if not model:
            continue
        found = of_type(model) if model.startswith("AWS::") else of_operation(*model.split())
        for path, kind, least, most, pattern, unique in sorted(found, key=str):
            if path and (least or kind == "number" and least is not None or most or pattern or unique):
                lines.writerow([model, path, kind, "" if least is None else least, "" if most is None else most,
                                pattern or "", "unique" if unique else ""])
    return out.getvalue()


if __name__ == "__main__":
    limits = DATA / "limits.csv"
    if "--check" not in sys.argv:
        limits.write_text(table(), encoding="utf-8")
    elif limits.read_text(encoding="utf-8") != table():
        sys.exit(f"{limits} is not current: run checks/models/limits.py")
