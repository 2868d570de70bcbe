"""Writes constructs/network/hosts.csv: the names of hosts that clients use for the services of VPC endpoints, in all regions of the catalog, as
botocore's endpoint rules and its older endpoints.json have them: with FIPS, dual stack and the global endpoint, and for a bucket. REGION stands for
the region. With --check it says whether the file is current.

Run in the repository's root: .venv/bin/python checks/models/hosts.py
"""

import csv
import io
import itertools
import sys
from pathlib import Path

import botocore.session
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointProviderError, EndpointVariantError
from botocore.regions import EndpointResolver

TABLE = Path("constructs/network/hosts.csv")
LOADER = botocore.session.get_session().get_component("data_loader")
ENDPOINTS = LOADER.load_data("endpoints")
RESOLVER = EndpointResolver(ENDPOINTS)
REGIONS = [row["region"] for row in csv.DictReader(Path("constructs/catalog/regions.csv").open(encoding="utf-8"))]
# The client of each endpoint service, with the start of the names where several share one. Data planes that no client of botocore
# asks for are in constructs/network/service.go.
CLIENTS = {
    "s3": "s3", "ecr.api": "ecr", "codeartifact.api": "codeartifact", "inspector-scan": "inspector-scan", "ec2": "ec2", "eks-auth": "eks-auth",
    "sts": "sts", "logs": "logs", "monitoring": "cloudwatch", "kms": "kms", "sqs": "sqs", "states": "stepfunctions",
    "secretsmanager": "secretsmanager", "ssm": "ssm", "sagemaker.api": "sagemaker", "sagemaker.runtime": "sagemaker-runtime",
    "sagemaker.metrics": "sagemaker-metrics", "sagemaker.featurestore-runtime": "sagemaker-featurestore-runtime",
    "airflow.api": "mwaa api.", "airflow.env": "mwaa env.", "airflow.ops": "mwaa ops.",
    "athena": "athena", "bedrock": "bedrock", "bedrock-runtime": "bedrock-runtime", "codebuild": "codebuild", "comprehend": "comprehend",
    "elasticfilesystem": "efs", "events": "events", "fsx": "fsx", "glue": "glue", "kinesis-firehose": "firehose", "kinesis-streams": "kinesis",
    "lakeformation": "lakeformation", "lambda": "lambda", "rds-data": "rds-data", "redshift-data": "redshift-data", "rekognition": "rekognition",
    "scheduler": "scheduler", "servicecatalog": "servicecatalog", "sns": "sns", "tagging": "resourcegroupstaggingapi", "textract": "textract",
    "transcribe": "transcribe", "translate": "translate", "xray": "xray",
}
FLAGS = ["UseFIPS", "UseDualStack", "UseGlobalEndpoint"]


def by_rules(client, region):
    """Names of a client in a region, by the rules of today."""
    rules = LOADER.load_service_model(client, "endpoint-rule-set-1")
    provider = EndpointProvider(rules, LOADER.load_data("partitions"))
    flags = [f for f in FLAGS if f in rules["parameters"]]
    buckets = [{}, {"Bucket": "bucket"}] if "Bucket" in rules["parameters"] else [{}]
    for values, bucket in itertools.product(itertools.product([False, True], repeat=len(flags)), buckets):
        try:
            found = provider.resolve_endpoint(Region=region, **dict(zip(flags, values)), **bucket)
        except EndpointProviderError:  # no such combination
            continue
        yield found.url.removeprefix("https://").replace("bucket.", "*.", 1)


def by_table(prefix, region):
    """Names of a service in a region, as clients of before the rules have them, and the pseudo-regions beside it."""
    for data in ENDPOINTS["partitions"]:
        beside = {name for name, e in data["services"].get(prefix, {"endpoints": {}})["endpoints"].items()
                  if e.get("credentialScope", {}).get("region") == region}
        asked = [*itertools.product([region], [False, True], [False, True]), *itertools.product(sorted(beside), [False], [False])]
        for name, fips, dual_stack in asked:
            try:
                found = RESOLVER.construct_endpoint(prefix, name, "aws", use_fips_endpoint=fips, use_dualstack_endpoint=dual_stack) or {}
            except EndpointVariantError:  # no such combination
                continue
            yield from (found[key] for key in ("hostname", "sslCommonName") if key in found)


def hosts(endpoint):
    client, _, only = CLIENTS[endpoint].partition(" ")
    model = LOADER.load_service_model(client, "service-2")
    starts = {o.get("endpoint", {}).get("hostPrefix", "") for o in model["operations"].values()}
    found = set()
    for region in REGIONS:
        names = {*by_rules(client, region), *by_table(model["metadata"]["endpointPrefix"], region)}
        found |= {(start + name).replace(region, "REGION") for name in names for start in starts if "{" not in start and start.startswith(only)}
    return sorted(found | {"*." + host for host in found if client == "s3" and not host.startswith("*.")})


def table():
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(["service", "host"])
    lines.writerows([endpoint, host] for endpoint in sorted(CLIENTS) for host in hosts(endpoint))
    return out.getvalue()


if __name__ == "__main__":
    if "--check" not in sys.argv:
        TABLE.write_text(table(), encoding="utf-8")
    elif TABLE.read_text(encoding="utf-8") != table():
        sys.exit(f"{TABLE} is not current: run checks/models/hosts.py")
