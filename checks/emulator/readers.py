"""Reads resources from the emulator's own services, in the shape of their templates."""

import ast
import json

from botocore.exceptions import ClientError

from emulator import Emulator


class Reader:
    """Reads resources of each type in the shape of their templates. A property that it leaves out was not read."""

    def __init__(self, emulator: Emulator):
        self._client = emulator.client
        self._readers = {
            "AWS::EC2::FlowLog": self._flow_log,
            "AWS::EC2::RouteTable": lambda i, _: self._ec2("route_tables", "RouteTableIds", i),
            "AWS::EC2::SecurityGroup": self._security_group,
            "AWS::EC2::SecurityGroupIngress": lambda _, want: want if self._admits(want["GroupId"], want) else {},
            "AWS::EC2::Subnet": lambda i, _: self._ec2("subnets", "SubnetIds", i),
            "AWS::EC2::SubnetRouteTableAssociation": self._association,
            "AWS::EC2::VPC": self._vpc,
            "AWS::EC2::VPCEndpoint": self._endpoint,
            "AWS::ECR::Repository": self._image_repository,
            "AWS::Events::Rule": self._rule,
            "AWS::IAM::ManagedPolicy": self._policy,
            "AWS::IAM::Role": self._role,
            "AWS::KMS::Key": self._key,
            "AWS::Lambda::Function": lambda i, _: self._client("lambda").get_function_configuration(FunctionName=i),
            "AWS::Logs::LogGroup": self._log_group,
            "AWS::S3::Bucket": self._bucket,
            "AWS::SNS::Topic": lambda i, _: self._client("sns").get_topic_attributes(TopicArn=i)["Attributes"],
            "AWS::SQS::Queue": self._queue,
            "AWS::StepFunctions::StateMachine": self._state_machine,
            "Custom::Files": self._files,
            "Custom::EmptiedWithStack": lambda _, want: want,  # its function answered, or the stack would not stand
            "Custom::EmptySecurityGroup": self._empty_group,
            "Custom::S3PrefixList": self._prefix_list,
        }

    def read(self, kind: str, physical_id: str, want: dict) -> dict:
        """The properties of a resource. What is wanted helps to find those that have no name of their own."""
        if kind not in self._readers:
            raise NotImplementedError(f"no reader for {kind}: add one to Reader")
        return self._readers[kind](physical_id, want)

    def _ec2(self, what: str, by: str, physical_id: str) -> dict:
        answer = getattr(self._client("ec2"), f"describe_{what}")(**{by: [physical_id]})
        answer.pop("ResponseMetadata")
        (found,), = answer.values()
        return found

    def _flow_log(self, physical_id, _):
        found = self._ec2("flow_logs", "FlowLogIds", physical_id)
        return found | {"ResourceType": "VPC" if found["ResourceId"].startswith("vpc-") else "?"}

    def _security_group(self, physical_id, want):
        found = self._ec2("security_groups", "GroupIds", physical_id)
        anywhere = any(r.get("CidrIp") == "0.0.0.0/0" for rule in found["IpPermissionsEgress"] for r in rule["IpRanges"])
        return found | {
            "GroupDescription": found["Description"],
            "SecurityGroupIngress": [r for r in want.get("SecurityGroupIngress", []) if self._admits(physical_id, r)],
            "SecurityGroupEgress": "anywhere" if anywhere else want.get("SecurityGroupEgress"),
        }

    def _empty_group(self, _, want):
        """Its function ran if the group has lost its rules."""
        found = self._ec2("security_groups", "GroupIds", want["GroupId"])
        return dict.fromkeys(want) if found["IpPermissions"] or found["IpPermissionsEgress"] else want

    def _prefix_list(self, physical_id, want):
        """Its function found the list of that name."""
        (found,) = self._client("ec2").describe_managed_prefix_lists(PrefixListIds=[physical_id])["PrefixLists"]
        return want | {"Name": found["PrefixListName"]}

    def _admits(self, group_id: str, rule: dict) -> bool:
        """Whether a group has the rule. moto keeps no descriptions of rules."""
        return any(
            found["IpProtocol"] == rule["IpProtocol"]
            and all(found.get(port, -1) == rule.get(port, -1) for port in ("FromPort", "ToPort"))
            and any(pair["GroupId"] == rule.get("SourceSecurityGroupId") for pair in found["UserIdGroupPairs"])
            for found in self._ec2("security_groups", "GroupIds", group_id)["IpPermissions"]
        )

    def _association(self, _, want):
        found = self._ec2("route_tables", "RouteTableIds", want["RouteTableId"])["Associations"]
        return want if any(a.get("SubnetId") == want["SubnetId"] for a in found) else dict.fromkeys(want)

    def _vpc(self, physical_id, _):
        ask = self._client("ec2").describe_vpc_attribute
        return self._ec2("vpcs", "VpcIds", physical_id) | {
            "EnableDnsHostnames": ask(VpcId=physical_id, Attribute="enableDnsHostnames")["EnableDnsHostnames"]["Value"],
            "EnableDnsSupport": ask(VpcId=physical_id, Attribute="enableDnsSupport")["EnableDnsSupport"]["Value"],
        }

    def _endpoint(self, physical_id, _):
        found = self._ec2("vpc_endpoints", "VpcEndpointIds", physical_id)
        return found | {
            "SecurityGroupIds": [group["GroupId"] for group in found["Groups"]],
            # moto writes it as Python, not as JSON.
            "PolicyDocument": ast.literal_eval(found["PolicyDocument"]),
        }

    def _image_repository(self, name, _):
        (found,) = self._client("ecr").describe_repositories(repositoryNames=[name])["repositories"]
        return {"RepositoryName": found["repositoryName"], "ImageTagMutability": found["imageTagMutability"]}

    def _rule(self, name, _):
        events = self._client("events")
        found = events.describe_rule(Name=name)
        return found | {
            "EventPattern": json.loads(found["EventPattern"]), "Targets": events.list_targets_by_rule(Rule=name)["Targets"],
        }

    def _queue(self, url, _):
        found = self._client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return {"MessageRetentionPeriod": int(found["MessageRetentionPeriod"]), "SqsManagedSseEnabled": found["SqsManagedSseEnabled"] == "true"}

    def _policy(self, physical_id, _):
        iam = self._client("iam")
        found = iam.get_policy(PolicyArn=physical_id)["Policy"]
        version = iam.get_policy_version(PolicyArn=physical_id, VersionId=found["DefaultVersionId"])
        return found | {"PolicyDocument": version["PolicyVersion"]["Document"]}

    def _role(self, physical_id, _):
        iam = self._client("iam")
        attached = iam.list_attached_role_policies(RoleName=physical_id)["AttachedPolicies"]
        found = iam.get_role(RoleName=physical_id)["Role"]
        return found | {
            "ManagedPolicyArns": [p["PolicyArn"] for p in attached],
            "PermissionsBoundary": found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        }

    def _key(self, physical_id, _):
        kms = self._client("kms")
        return {
            "EnableKeyRotation": kms.get_key_rotation_status(KeyId=physical_id)["KeyRotationEnabled"],
            "KeyPolicy": kms.get_key_policy(KeyId=physical_id, PolicyName="default")["Policy"],
        }

    def _log_group(self, physical_id, _):
        found = self._client("logs").describe_log_groups(logGroupNamePrefix=physical_id)["logGroups"]
        group = next(g for g in found if g["logGroupName"] == physical_id)
        return {
            "LogGroupName": physical_id,
            "RetentionInDays": group.get("retentionInDays"),
            "KmsKeyId": group.get("kmsKeyId"),
        }

    def _bucket(self, name, _):
        def ask(what):
            try:
                return getattr(self._client("s3"), f"get_{what}")(Bucket=name)
            except ClientError:  # S3's answer where nothing is set.
                return {}

        rules = ask("bucket_encryption").get("ServerSideEncryptionConfiguration", {}).get("Rules", [])
        log = ask("bucket_logging").get("LoggingEnabled", {})
        return {
            "BucketEncryption": {"ServerSideEncryptionConfiguration": [
                {"ServerSideEncryptionByDefault": rule["ApplyServerSideEncryptionByDefault"]} for rule in rules]},
            "BucketKeyEnabled": all(rule.get("BucketKeyEnabled") for rule in rules),
            "LifecycleConfiguration": {"Rules": ask("bucket_lifecycle_configuration").get("Rules")},
            "LoggingConfiguration": {
                "DestinationBucketName": log.get("TargetBucket"), "LogFilePrefix": log.get("TargetPrefix"),
            },
            "OwnershipControls": {"Rules": ask("bucket_ownership_controls").get("OwnershipControls", {}).get("Rules")},
            "PublicAccessBlockConfiguration": ask("public_access_block").get("PublicAccessBlockConfiguration"),
            "VersioningConfiguration": {"Status": ask("bucket_versioning").get("Status")},
        }

    def _files(self, _, want):
        """Its function ran if the files are in the bucket."""
        def text(path):
            return self._client("s3").get_object(Bucket=want["Bucket"], Key=path)["Body"].read().decode()

        return want | {"Files": [file | {"Text": text(file["Path"])} for file in want["Files"]]}

    def _state_machine(self, physical_id, _):
        found = self._client("stepfunctions").describe_state_machine(stateMachineArn=physical_id)
        return {
            "DefinitionString": json.loads(found["definition"]), "RoleArn": found["roleArn"],
            "LoggingConfiguration": found["loggingConfiguration"], "TracingConfiguration": found["tracingConfiguration"],
        }
