"""What moto 5.2.1 needs to deploy the reference app at all."""

import io
import sys
import uuid
import zipfile
from types import ModuleType

from moto.awslambda import lambda_backends
from moto.cloudformation.custom_model import CustomModel
from moto.cloudformation.exceptions import ValidationError
from moto.ec2.models.security_groups import SecurityGroupRule


def repair() -> None:
    """Makes all repairs."""
    allow_protocols_without_ports()
    CustomModel.create_from_cloudformation_json = classmethod(create_custom_resource)


def allow_protocols_without_ports() -> None:
    """moto answers 500 to a rule for a protocol that has no ports, such as ESP, unless it gives some. EC2 wants none."""
    original = SecurityGroupRule.__init__

    def init(self, ec2_backend, ip_protocol, group_id, from_port, to_port, *args, **kwargs):
        if from_port is None and to_port is None:
            from_port = to_port = -1
        original(self, ec2_backend, ip_protocol, group_id, from_port, to_port, *args, **kwargs)

    SecurityGroupRule.__init__ = init


def create_custom_resource(cls, resource_name, cloudformation_json, account_id, region_name, **stack):
    """Makes a custom resource as CloudFormation does, by asking its function. moto would run that in Docker."""
    properties = cloudformation_json["Properties"]
    event = {
        "RequestType": "Create",
        "RequestId": str(uuid.uuid4()),
        "StackId": stack["StackId"],
        "LogicalResourceId": stack["LogicalId"],
        "ResourceType": stack["ResourceType"],
        "ResourceProperties": properties,
    }
    function = lambda_backends[account_id][region_name].get_function(properties["ServiceToken"])
    try:
        answer = invoke(function, event)
    except Exception as e:
        raise ValidationError(message=f"{stack['LogicalId']}: its function failed: {type(e).__name__}: {e}") from e
    if answer["status"] != "SUCCESS":
        raise ValidationError(message=f"{stack['LogicalId']}: its function answered {answer}")
    resource = cls(region_name, event["RequestId"], stack["LogicalId"], answer["physical_id"] or resource_name)
    resource.set_data(answer["data"])
    return resource


def invoke(function, event: dict) -> dict:
    """Runs a Python function in this process, and returns what it sends to CloudFormation."""
    if not function.run_time.startswith("python"):
        raise NotImplementedError(f"only Python runs here, not {function.run_time}")
    module, _, handler = function.handler.partition(".")
    with zipfile.ZipFile(io.BytesIO(function.code_bytes)) as archive:
        code = archive.read(f"{module}.py")
    answers = []

    def send(event, context, responseStatus, responseData, physicalResourceId=None, noEcho=False, reason=None):
        answers.append(
            {"status": responseStatus, "data": responseData, "physical_id": physicalResourceId, "reason": reason},
        )

    sys.modules["cfnresponse"] = cfnresponse = ModuleType("cfnresponse")
    cfnresponse.SUCCESS, cfnresponse.FAILED, cfnresponse.send = "SUCCESS", "FAILED", send
    names = {"__name__": module}
    exec(compile(code, f"{function.function_name}/{module}.py", "exec"), names)
    names[handler](event, None)
    if len(answers) != 1:
        raise RuntimeError(f"it sent {len(answers)} answers")
    return answers[0]
