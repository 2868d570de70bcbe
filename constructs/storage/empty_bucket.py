"""Empties a bucket when the stack that made it is deleted or its creation is rolled back, and at no other time, for CloudFormation."""

import json

import boto3
import cfnresponse

s3 = boto3.client("s3")


def goes(stack_id):
    """An update that fails is not among them: it may have added this to a bucket that stood before."""
    stacks = boto3.client("cloudformation").describe_stacks(StackName=stack_id)["Stacks"]
    return stacks[0]["StackStatus"] in ("DELETE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS")


def deny_writes(bucket):
    """S3 delivers access logs for hours, and a bucket with one can't be deleted."""
    document = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    kept = [s for s in document["Statement"] if s.get("Sid") != "Goes"]  # of an earlier try
    document["Statement"] = kept + [{
        "Sid": "Goes", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::%s/*" % bucket}]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(document))


def empty(bucket):
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
            try:
                deny_writes(bucket)
            except Exception as error:  # it can be emptied all the same
                print("writes are not denied:", error)
            empty(bucket)
    except Exception as error:
        cfnresponse.send(event, context, cfnresponse.FAILED, {}, bucket, reason=str(error))
    else:
        cfnresponse.send(event, context, cfnresponse.SUCCESS, {}, bucket)
