"""Holds requests against AWS's own models of them: reads a list of [service, operation, request] from its input."""

import json
import sys

import botocore.session
from botocore.validate import ParamValidator

session, validator, wrong = botocore.session.get_session(), ParamValidator(), []
for service, operation, request in json.load(sys.stdin):
    shape = session.get_service_model(service).operation_model(operation).input_shape
    report = validator.validate(request, shape)
    if report.has_errors():
        wrong.append(f"{operation}: {report.generate_report()}")
    wrong += [f"{operation}: {name} is no field" for name in request if name not in shape.members]
print("\n".join(dict.fromkeys(wrong)))
sys.exit(bool(wrong))
