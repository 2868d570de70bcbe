"""Shows that the buckets of a stack are emptied when it is deleted, and at no other time."""

from botocore.exceptions import ClientError

from emulator import Emulator
from repairs import tell
from templates import Stack, physical_ids

KIND = "Custom::EmptiedWithStack"


def check(emulator: Emulator, stacks: list[Stack], assembly: str) -> list[str]:
    """What went wrong. The stacks of dev are gone afterwards."""
    s3 = emulator.client("s3")
    ids = {stack.name: physical_ids(emulator, stack) for stack in stacks}
    buckets = {stage: [ids[s.name][i] for s in stacks if s.stage == stage for i, r in s.resources.items()
                       if r["Type"] == "AWS::S3::Bucket"] for stage in {s.stage for s in stacks}}
    for bucket in [b for of_stage in buckets.values() for b in of_stage]:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        s3.put_object(Bucket=bucket, Key="kept", Body=b"1")
        s3.put_object(Bucket=bucket, Key="kept", Body=b"2")
        s3.delete_object(Bucket=bucket, Key="kept")
    full = {bucket: count(s3, bucket) for of_stage in buckets.values() for bucket in of_stage}

    wrong = []
    for stack in stacks:
        for logical_id, resource in stack.resources.items():
            if resource["Type"] == KIND:  # as in an update that makes the environment another tier's
                properties = {"Bucket": ids[stack.name][logical_id], "ServiceToken": function_of(emulator, stack, ids)}
                answer = tell("Delete", stack.resources[logical_id]["Type"], stack_id(emulator, stack), logical_id, properties)
                if answer["status"] != "SUCCESS":
                    wrong.append(f"{stack.name} {logical_id}: {answer}")
    wrong += [f"{b}: an update took {full[b] - count(s3, b)} versions" for b in full if count(s3, b) != full[b]]

    emulator.cdk("destroy", "destroy", "dev/**", "--force", "--app", assembly)
    wrong += [f"{b} still stands" for b in buckets["dev"] if count(s3, b) is not None]
    wrong += [f"{b}: {full[b]} versions before, {count(s3, b)} after" for stage in buckets if stage != "dev"
              for b in buckets[stage] if count(s3, b) != full[b]]
    return wrong


def count(s3, bucket: str) -> int | None:
    """How many versions a bucket holds, markers included; None when there is no such bucket."""
    try:
        found = s3.list_object_versions(Bucket=bucket)
    except ClientError:
        return None
    return len(found.get("Versions", [])) + len(found.get("DeleteMarkers", []))


def stack_id(emulator: Emulator, stack: Stack) -> str:
    return emulator.client("cloudformation").describe_stacks(StackName=stack.name)["Stacks"][0]["StackId"]


def function_of(emulator: Emulator, stack: Stack, ids: dict) -> str:
    """The ARN of the function that empties the stack's buckets."""
    name = next(ids[stack.name][i] for i, r in stack.resources.items()
                if r["Type"] == "AWS::Lambda::Function" and "EmptiesBuckets" in i)
    return emulator.client("lambda").get_function_configuration(FunctionName=name)["FunctionArn"]
