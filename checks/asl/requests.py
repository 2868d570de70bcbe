"""Holds requests against AWS's own models of them: reads a list of [service, operation, request] from its input."""

import json
import sys

import botocore.session
import regex
from botocore.validate import ParamValidator



def texts(value, shape, path=""):
    """The texts of a value, with their shapes and paths."""
    if shape.type_name == "string":
        yield path, value, shape
    elif shape.type_name == "structure":
        for name, inner in value.items():
            if name in shape.members:
                yield from texts(inner, shape.members[name], f"{path}.{name}")
    elif shape.type_name == "list":
        for i, inner in enumerate(value):
            yield from texts(inner, shape.member, f"{path}[{i}]")
    elif shape.type_name == "map":
        for key, inner in value.items():
            yield f"{path}{{{key}}}", key, shape.key
            yield from texts(inner, shape.value, f"{path}.{key}")


def fits(text, shape):
    """Whether a text has the pattern and the most characters of its shape, which botocore does not look at."""
    about = shape.metadata
    # A pattern is Java's: "$" may be repeated there.
    pattern = regex.sub(r"\$\{\d+,\d+\}$", "", about.get("pattern", ".*"))
    return len(text) <= about.get("max", len(text)) and regex.fullmatch(pattern, text, regex.DOTALL) is not None


session, validator, wrong = botocore.session.get_session(), ParamValidator(), []
for service, operation, request in json.load(sys.stdin):
    shape = session.get_service_model(service).operation_model(operation).input_shape
    report = validator.validate(request, shape)
    if report.has_errors():
        wrong.append(f"{operation}: {report.generate_report()}")
    wrong += [f"{operation}: {name} is no field" for name in request if name not in shape.members]
    if not report.has_errors():
        wrong += [f"{operation}{path}: {text!r} does not fit {shape.name}" for path, text, shape in texts(request, shape) if not fits(text, shape)]
print("\n".join(dict.fromkeys(wrong)))
sys.exit(bool(wrong))
