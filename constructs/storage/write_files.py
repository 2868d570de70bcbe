"""Writes text files into a bucket for CloudFormation, and tells where they are and the versions of those that have a name."""

import time

import boto3
import cfnresponse
from botocore.exceptions import ClientError


def write(s3, bucket, path, text):
    # One that is as it should be is left alone: a new version may replace what runs.
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=path).get("Contents", [])
    if any(found["Key"] == path for found in listed):
        found = s3.get_object(Bucket=bucket, Key=path)
        if found["Body"].read() == text:
            return found.get("VersionId", "null")
    return s3.put_object(Bucket=bucket, Key=path, Body=text).get("VersionId", "null")


def patiently(*work):
    """Writes. The role is new, and what it may do can take seconds to be known everywhere."""
    for seconds in (5, 10, 20):
        try:
            return write(*work)
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDenied":
                raise
            time.sleep(seconds)
    return write(*work)


def take_back(s3, bucket, files, stack_id):
    """Deletes what this stack has written, if its creation is rolled back: a bucket goes only when it is empty."""
    (stack,) = boto3.client("cloudformation").describe_stacks(StackName=stack_id)["Stacks"]
    if stack["StackStatus"] != "ROLLBACK_IN_PROGRESS":
        return
    since = stack["CreationTime"].replace(microsecond=0)  # S3 tells seconds
    for file in files:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=file["Path"]):
            for version in page.get("Versions", []):
                if version["Key"] == file["Path"] and version["LastModified"] >= since:
                    s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])


def handler(event, context):
    wanted, before = event["ResourceProperties"], event.get("OldResourceProperties", {})
    bucket = wanted["Bucket"]
    told = {"URI": "s3://%s/" % bucket, "ARN": wanted["BucketArn"]}
    try:
        s3 = boto3.client("s3")
        if event["RequestType"] == "Delete":  # they go with their bucket
            try:
                take_back(s3, bucket, wanted["Files"], event["StackId"])
            except Exception as error:  # a deletion that fails would be in the way of all others
                print("files are not taken back:", error)
        else:
            for file in wanted["Files"]:
                version = patiently(s3, bucket, file["Path"], file["Text"].encode())
                if "Name" in file:
                    told[file["Name"]] = version
            if before.get("Bucket") == bucket:
                for path in {f["Path"] for f in before["Files"]} - {f["Path"] for f in wanted["Files"]}:
                    s3.delete_object(Bucket=bucket, Key=path)
    except Exception as error:
        cfnresponse.send(event, context, cfnresponse.FAILED, {}, bucket, reason=str(error))
    else:
        cfnresponse.send(event, context, cfnresponse.SUCCESS, told, bucket)
