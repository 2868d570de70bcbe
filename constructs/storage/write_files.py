"""Writes text files into a bucket for CloudFormation, and tells where they are and the versions of those that have a name."""

import time

import boto3
import cfnresponse
from botocore.exceptions import ClientError


def write(s3, bucket, path, text):
    # One that is as it should be is left alone: a new version may replace what runs.
    try:
        found = s3.get_object(Bucket=bucket, Key=path)
        if found["Body"].read() == text:
            return found.get("VersionId", "null")
    except s3.exceptions.NoSuchKey:
        pass
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


def handler(event, context):
    wanted, before = event["ResourceProperties"], event.get("OldResourceProperties", {})
    bucket = wanted["Bucket"]
    told = {"URI": "s3://%s/" % bucket, "ARN": wanted["BucketArn"]}
    try:
        if event["RequestType"] != "Delete":  # they go with their bucket
            s3 = boto3.client("s3")
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
