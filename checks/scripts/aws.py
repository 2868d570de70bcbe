"""Answers of the AWS CLI, for fakes: reads calls with the documents that AWS answers them by, holds both against botocore's models, and writes
what the CLI prints of each. "enum" names a shape instead, whose values are written.
"""

import json
import re
import sys

import botocore.session
import jmespath
from botocore import xform_name
from botocore.validate import ParamValidator

SESSION = botocore.session.get_session()


def text(value):
    """What --output text prints of a scalar or a list of scalars."""
    return "\t".join(map(str, value)) if isinstance(value, list) else str(value)


def answer(call, document):
    service, command, *options = call.split()[1:]
    model = SESSION.get_service_model(service)
    operation = model.operation_model(next(n for n in model.operation_names if xform_name(n, "-") == command))
    known = {xform_name(name, "-") for name in operation.input_shape.members} | {"query", "output", "no-paginate"}
    for option in re.findall(r"--([a-z-]+)", " ".join(options)):
        assert option in known, f"{command} has no option {option}"
    problems = ParamValidator().validate(document, operation.output_shape).generate_report()
    assert not problems, f"{command} does not answer so: {problems}"
    return text(jmespath.search(re.search(r"--query (\S+)", call)[1], document))


asked = json.load(sys.stdin)
print(json.dumps([
    SESSION.get_service_model(a["service"]).shape_for(a["enum"]).enum if "enum" in a else answer(a["call"], a["document"]) for a in asked]))
