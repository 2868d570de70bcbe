"""Empties a bucket when the stack that made it is deleted, and at no other time, for CloudFormation."""

import boto3
import cfnresponse


def goes(stack_id):
    stacks = boto3.client("cloudformation").describe_stacks(StackName=stack_id)["Stacks"]
    return stacks[0]["StackStatus"] == "DELETE_IN_PROGRESS"


def empty(bucket):
    s3 = boto3.client("s3")
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        listed = page.get("Versions", []) + page.get("DeleteMarkers", [])
        versions = [{"Key": v["Key"], "VersionId": v["VersionId"]} for v in listed]
        if versions:
            answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": versions, "Quiet": True})
            if answer.get("Errors"):
                raise RuntimeError("%s: %s" % (bucket, answer["Errors"][0]))


def handler(event, context):
    bucket = event["ResourceProperties"]["Bucket"]
    try:
        if event["RequestType"] == "Delete" and goes(event["StackId"]):
            empty(bucket)
    except Exception as error:
        cfnresponse.send(event, context, cfnresponse.FAILED, {}, bucket, reason=str(error))
    else:
        cfnresponse.send(event, context, cfnresponse.SUCCESS, {}, bucket)
