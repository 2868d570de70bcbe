"""What CloudFormation cannot do itself: look up a prefix list, and take all rules from a VPC's default security group."""

import time

import boto3
import cfnresponse
from botocore.exceptions import ClientError

ec2 = boto3.client("ec2")


def find_prefix_list(name):
    """The id of a prefix list of AWS. Nobody else's name starts with com.amazonaws."""
    found = ec2.describe_managed_prefix_lists(Filters=[{"Name": "prefix-list-name", "Values": [name]}])["PrefixLists"]
    if len(found) != 1:
        raise LookupError(f"{len(found)} prefix lists are named {name}, want 1: set S3PrefixList to the id of the right one")
    return found[0]["PrefixListId"]


def empty(group_id):
    group = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"][0]
    if group["IpPermissions"]:
        ec2.revoke_security_group_ingress(GroupId=group_id, IpPermissions=group["IpPermissions"])
    if group["IpPermissionsEgress"]:
        ec2.revoke_security_group_egress(GroupId=group_id, IpPermissions=group["IpPermissionsEgress"])
    return group_id


TASKS = {
    "Custom::S3PrefixList": lambda properties: find_prefix_list(properties["Name"]),
    "Custom::EmptySecurityGroup": lambda properties: empty(properties["GroupId"]),
}


def do(event):
    """Does the task. Its role is new, and what it may do can take seconds to be known everywhere."""
    for seconds in (5, 10, 20):
        try:
            return TASKS[event["ResourceType"]](event["ResourceProperties"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "UnauthorizedOperation":
                raise
            time.sleep(seconds)
    return TASKS[event["ResourceType"]](event["ResourceProperties"])


def handler(event, context):
    physical_id = event.get("PhysicalResourceId", event["LogicalResourceId"])
    try:
        if event["RequestType"] != "Delete":  # nothing to undo
            physical_id = do(event)
    except Exception as error:
        cfnresponse.send(event, context, cfnresponse.FAILED, {}, physical_id, reason=str(error))
    else:
        cfnresponse.send(event, context, cfnresponse.SUCCESS, {"Id": physical_id}, physical_id)
