"""What moto 5.2.1 needs to deploy the reference app at all."""

import io
import sys
import uuid
import zipfile
from types import ModuleType

from moto.awslambda import lambda_backends
from moto.cloudformation import cloudformation_backends, parsing
from moto.cloudformation.custom_model import CustomModel
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import Stack
from moto.ec2.exceptions import DependencyViolationError
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.iam.models import IAMBackend

# What a reference to a resource that moto skipped stands for.
SKIPPED = "arn:aws:skipped:us-east-1:123456789012:{name}"


def repair() -> None:
    """Makes all repairs."""
    allow_protocols_without_ports()
    CustomModel.create_from_cloudformation_json = classmethod(create_custom_resource)
    delete_custom_resources_first()
    stand_in_for_skipped_types()
    detach_policies_of_deleted_roles()


def detach_policies_of_deleted_roles() -> None:
    """moto deletes a role before the policies that name it. CloudFormation deletes those first."""
    original = IAMBackend.delete_role

    def delete_role(self, role_name):
        role = self.get_role(role_name)
        for policy in list(role.managed_policies.values()):
            policy.detach_from(role)
        original(self, role_name)

    IAMBackend.delete_role = delete_role


def stand_in_for_skipped_types() -> None:
    """moto makes nothing of a type that it does not know, and then refuses what refers to it: such a reference gets the ARN of
    nothing. Of outputs it asks the type itself, and fails."""
    parsing.ResourceMap.validate_outputs = lambda self: None
    original = parsing.clean_json

    def clean_json(value, resources):
        if isinstance(value, dict) and "Fn::GetAtt" in value:
            name, _ = value["Fn::GetAtt"]
            if resources.get(name) is None and name in resources._resource_json_map:
                return SKIPPED.format(name=name)
        return original(value, resources)

    parsing.clean_json = clean_json


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
    try:
        answer = tell("Create", cloudformation_json["Type"], stack["StackId"], stack["LogicalId"], cloudformation_json["Properties"])
    except Exception as e:
        raise ValidationError(message=f"{stack['LogicalId']}: its function failed: {type(e).__name__}: {e}") from e
    if answer["status"] != "SUCCESS":
        raise ValidationError(message=f"{stack['LogicalId']}: its function answered {answer}")
    resource = cls(region_name, str(uuid.uuid4()), stack["LogicalId"], answer["physical_id"] or resource_name)
    resource.set_data(answer["data"])
    resource.kind, resource.properties = cloudformation_json["Type"], cloudformation_json["Properties"]
    return resource


def delete_custom_resources_first() -> None:
    """moto takes a stack away before it deletes it, and asks no function. CloudFormation keeps it until all is gone."""
    original = Stack.delete

    def delete(self):
        stacks = cloudformation_backends[self.account_id][self.region_name].stacks
        stacks[self.stack_id], self.status = self, "DELETE_IN_PROGRESS"
        try:
            for resource in [r for r in self.stack_resources if isinstance(r, CustomModel)]:
                answer = tell("Delete", resource.kind, self.stack_id, resource.logical_id, resource.properties)
                if answer["status"] != "SUCCESS":
                    raise ValidationError(message=f"{resource.logical_id}: its function answered {answer}")
            original(self)
        except DependencyViolationError as e:
            if "vpc" not in str(e):
                raise
            # moto finds no order in which a VPC could go; all else is gone by then.
            self.status = "DELETE_COMPLETE"
        finally:
            del stacks[self.stack_id]

    Stack.delete = delete


def tell(request: str, kind: str, stack_id: str, logical_id: str, properties: dict) -> dict:
    """Sends a request of CloudFormation to the function of a custom resource, and returns its answer."""
    event = {
        "RequestType": request, "ResourceType": kind, "RequestId": str(uuid.uuid4()), "StackId": stack_id, "LogicalResourceId": logical_id,
        "ResourceProperties": properties,
    }
    _, _, _, region, account, *_ = properties["ServiceToken"].split(":")
    return invoke(lambda_backends[account][region].get_function(properties["ServiceToken"]), event)


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
