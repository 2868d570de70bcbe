// Which requests the endpoints of a network let through. The caller's own policies and those of the resource allow
// everything here, so that the endpoint's policy decides.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { account } from '../assembly.js';
import { completeNetwork, endpoints, referenceApp } from './endpoints.js';
import { allowed, anonymous, everybody, everything, possible } from './simulator.js';

const foreign = '999988887777';
const aws = '683313688378'; // has sagemaker-xgboost in us-east-1; here, all else that is AWS's too

const job = `arn:aws:iam::${account}:role/Job`; // or who has stolen its credentials
const thief = `arn:aws:iam::${foreign}:role/Thief`; // has brought credentials of an account elsewhere
const signer = `arn:aws:iam::${aws}:role/Service`; // has signed a URL for the caller

// The resources: "service:resource" of an account, and the buckets, whose ARNs have none.
const mine = (name) => arnIn(account, name);
const theirs = (name) => arnIn(foreign, name);
const ofAWS = (name) => arnIn(aws, name);
const s3 = (name) => `arn:aws:s3:::${name}`;
const owners = { mine: account, loot: foreign }; // of buckets; AWS has the others

function arnIn(owner, name) {
  const [service, ...resource] = name.split(':');
  return `arn:aws:${service}:${service === 'iam' ? '' : 'us-east-1'}:${owner}:${resource.join(':')}`;
}

const yes = true;
const no = false;

// The endpoint is of the complete network, or of each environment of the reference app, which only trains ("app ...").
const requests = [
  // name, endpoint, principal, action, resource, expected, context
  ['a job reads its data', 's3', job, 's3:GetObject', s3('mine/x'), yes],
  ['a job writes its model', 's3', job, 's3:PutObject', s3('mine/x'), yes],
  ['a job gives up an upload', 's3', job, 's3:AbortMultipartUpload', s3('mine/x'), yes],
  ['a job lists its data', 's3', job, 's3:ListBucket', s3('mine'), yes, { 's3:prefix': 'x/' }],
  ['a job deletes an old checkpoint', 's3', job, 's3:DeleteObject', s3('mine/x'), yes],
  ['a job deletes what lies elsewhere', 's3', job, 's3:DeleteObject', s3('loot/x'), no],
  ['a checkpoint is deleted with brought credentials', 's3', thief, 's3:DeleteObject', s3('mine/x'), no],
  ['a job deletes a version', 's3', job, 's3:DeleteObjectVersion', s3('mine/x'), no],
  ['nobody opens a bucket', 's3', job, 's3:PutBucketPolicy', s3('mine'), no],
  ['stolen credentials write to a bucket elsewhere', 's3', job, 's3:PutObject', s3('loot/x'), no],
  ['brought credentials write to a bucket elsewhere', 's3', thief, 's3:PutObject', s3('loot/x'), no],
  ['brought credentials write to a bucket here', 's3', thief, 's3:PutObject', s3('mine/x'), no],
  ['a program is fetched from elsewhere', 's3', job, 's3:GetObject', s3('loot/x'), no],
  ['a bucket elsewhere is listed: its names carry data', 's3', job, 's3:ListBucket', s3('loot'), no],
  ['an unsigned request to a public bucket', 's3', anonymous, 's3:GetObject', s3('loot/x'), no],
  ['a layer of an image, by a signed URL', 's3', signer, 's3:GetObject', s3('prod-us-east-1-starport-layer-bucket/x'), yes],
  ['a layer in another region', 's3', signer, 's3:GetObject', s3('prod-eu-west-1-starport-layer-bucket/x'), no],
  ['a layer is written', 's3', signer, 's3:PutObject', s3('prod-us-east-1-starport-layer-bucket/x'), no],
  ['the layers are listed', 's3', signer, 's3:ListBucket', s3('prod-us-east-1-starport-layer-bucket'), no],
  ['an asset of a package, by a signed URL', 's3', signer, 's3:GetObject', s3('assets-193858265520-us-east-1/x'), yes],
  ['an asset in another region', 's3', signer, 's3:GetObject', s3('assets-660291247815-ap-northeast-1/x'), no],
  ['an asset is written', 's3', signer, 's3:PutObject', s3('assets-193858265520-us-east-1/x'), no],
  ['a model of JumpStart, opted in', 's3', job, 's3:GetObject', s3('jumpstart-cache-prod-us-east-1/x'), yes],
  ['the list of a prefix of JumpStart', 's3', job, 's3:ListBucket', s3('jumpstart-cache-prod-us-east-1'), yes],
  ['a model of JumpStart, with brought credentials', 's3', thief, 's3:GetObject', s3('jumpstart-cache-prod-us-east-1/x'), no],
  ['sample data, not opted in', 's3', job, 's3:GetObject', s3('sagemaker-sample-data-us-east-1/x'), no],
  ['the app: a job reads its data', 'app s3', job, 's3:GetObject', s3('mine/x'), yes],
  ['the app: a job writes its model', 'app s3', job, 's3:PutObject', s3('mine/x'), yes],
  ['the app: a layer, by a signed URL', 'app s3', signer, 's3:GetObject', s3('prod-us-east-1-starport-layer-bucket/x'), yes],
  ['the app: packages are not enabled', 'app s3', signer, 's3:GetObject', s3('assets-193858265520-us-east-1/x'), no],
  ['the app: JumpStart is not opted in', 'app s3', job, 's3:GetObject', s3('jumpstart-cache-prod-us-east-1/x'), no],
  ['the app: data leave for elsewhere', 'app s3', job, 's3:PutObject', s3('loot/x'), no],

  ['a login to ECR', 'ecr.api', job, 'ecr:GetAuthorizationToken', '*', yes],
  ['a login to ECR elsewhere', 'ecr.api', thief, 'ecr:GetAuthorizationToken', '*', no],
  ['an own image is pulled', 'ecr.dkr', job, 'ecr:BatchGetImage', mine('ecr:repository/x'), yes],
  ['the URL of an own layer', 'ecr.api', job, 'ecr:GetDownloadUrlForLayer', mine('ecr:repository/x'), yes],
  ["AWS's XGBoost is pulled", 'ecr.dkr', job, 'ecr:BatchGetImage', ofAWS('ecr:repository/sagemaker-xgboost'), yes],
  ["AWS's XGBoost is pulled with brought credentials", 'ecr.dkr', thief, 'ecr:BatchGetImage', ofAWS('ecr:repository/sagemaker-xgboost'), no],
  ['another image of AWS is pulled', 'ecr.dkr', job, 'ecr:BatchGetImage', ofAWS('ecr:repository/sagemaker-scikit-learn'), no],
  ['an image is pulled from elsewhere', 'ecr.dkr', job, 'ecr:BatchGetImage', theirs('ecr:repository/x'), no],
  ['an image is built and pushed', 'ecr.dkr', job, 'ecr:PutImage', mine('ecr:repository/x'), yes],
  ['a layer is pushed', 'ecr.dkr', job, 'ecr:UploadLayerPart', mine('ecr:repository/x'), yes],
  ['an image leaves for elsewhere', 'ecr.dkr', job, 'ecr:PutImage', theirs('ecr:repository/x'), no],
  ["an image leaves for AWS's repository", 'ecr.dkr', job, 'ecr:PutImage', ofAWS('ecr:repository/sagemaker-xgboost'), no],
  ["the app: AWS's XGBoost is pulled", 'app ecr.api', job, 'ecr:BatchGetImage', ofAWS('ecr:repository/sagemaker-xgboost'), yes],
  ['the app: a login to ECR', 'app ecr.api', job, 'ecr:GetAuthorizationToken', '*', yes],
  ['the app: an own image is pulled', 'app ecr.dkr', job, 'ecr:BatchGetImage', mine('ecr:repository/x'), yes],
  ['the app: images are not built', 'app ecr.dkr', job, 'ecr:PutImage', mine('ecr:repository/x'), no],

  ['a login to CodeArtifact', 'codeartifact.api', job, 'codeartifact:GetAuthorizationToken', mine('codeartifact:domain/x'), yes],
  ['its bearer token', 'codeartifact.api', job, 'sts:GetServiceBearerToken', '*', yes, { 'sts:AWSServiceName': 'codeartifact.amazonaws.com' }],
  ['the address of a repository', 'codeartifact.api', job, 'codeartifact:GetRepositoryEndpoint', mine('codeartifact:repository/x/y'), yes],
  ['a package is installed', 'codeartifact.repositories', job, 'codeartifact:ReadFromRepository', mine('codeartifact:repository/x/y'), yes],
  ['a package is published', 'codeartifact.repositories', job, 'codeartifact:PublishPackageVersion', mine('codeartifact:package/x/y/npm/scope/z'), no],
  ['a login to a domain elsewhere', 'codeartifact.api', job, 'codeartifact:GetAuthorizationToken', theirs('codeartifact:domain/x'), no],
  ['a bearer token with brought credentials', 'codeartifact.api', thief, 'sts:GetServiceBearerToken', '*', no],
  ['a package from elsewhere', 'codeartifact.repositories', job, 'codeartifact:ReadFromRepository', theirs('codeartifact:repository/x/y'), no],

  ['an own role is assumed', 'sts', job, 'sts:AssumeRole', mine('iam:role/x'), yes],
  ['a role elsewhere is assumed', 'sts', job, 'sts:AssumeRole', theirs('iam:role/x'), no],
  ['an own role is assumed with brought credentials', 'sts', thief, 'sts:AssumeRole', mine('iam:role/x'), no],
  ['a role elsewhere is assumed with its credentials', 'sts', thief, 'sts:AssumeRole', theirs('iam:role/x'), no],
  ['SageMaker through the wrong endpoint', 'sts', job, 'sagemaker:CreateTrainingJob', mine('sagemaker:training-job/x'), no],
  ['S3 through the wrong endpoint', 'ecr.api', job, 's3:GetObject', s3('mine/x'), no],
  ['a user is made', 'sts', job, 'iam:CreateUser', mine('iam:user/x'), no],
  ['the organization is looked at', 'sts', job, 'organizations:ListAccounts', '*', no],

  ['a job is started', 'sagemaker.api', job, 'sagemaker:CreateTrainingJob', mine('sagemaker:training-job/x'), yes],
  ['a job is looked at', 'sagemaker.api', job, 'sagemaker:DescribeTrainingJob', mine('sagemaker:training-job/x'), yes],
  ['a job is tagged', 'sagemaker.api', job, 'sagemaker:AddTags', mine('sagemaker:training-job/x'), yes],
  ['data are processed', 'sagemaker.api', job, 'sagemaker:CreateProcessingJob', mine('sagemaker:processing-job/x'), yes],
  ['a job is started with brought credentials', 'sagemaker.api', thief, 'sagemaker:CreateTrainingJob', mine('sagemaker:training-job/x'), no],
  ['a job is started elsewhere', 'sagemaker.api', thief, 'sagemaker:CreateTrainingJob', theirs('sagemaker:training-job/x'), no],
  ['a job elsewhere is looked at', 'sagemaker.api', job, 'sagemaker:DescribeTrainingJob', theirs('sagemaker:training-job/x'), no],
  ['a notebook is made', 'sagemaker.api', job, 'sagemaker:CreateNotebookInstance', mine('sagemaker:notebook-instance/x'), no],
  ['a pipeline runs', 'sagemaker.api', job, 'sagemaker:StartPipelineExecution', mine('sagemaker:pipeline/x'), yes],
  ['its steps are listed', 'sagemaker.api', job, 'sagemaker:ListPipelineExecutionSteps', mine('sagemaker:pipeline/x/execution/y'), yes],
  ['an app of Studio starts', 'studio', job, 'sagemaker:CreateApp', mine('sagemaker:app/d-x/me/JupyterLab/default'), yes],
  ['a model answers', 'sagemaker.runtime', job, 'sagemaker:InvokeEndpoint', mine('sagemaker:endpoint/x'), yes],
  ['a model elsewhere is asked: the question carries data', 'sagemaker.runtime', job, 'sagemaker:InvokeEndpoint', theirs('sagemaker:endpoint/x'), no],
  ['a feature is written', 'sagemaker.featurestore-runtime', job, 'sagemaker:PutRecord', mine('sagemaker:feature-group/x'), yes],
  ['a feature is read', 'sagemaker.featurestore-runtime', job, 'sagemaker:GetRecord', mine('sagemaker:feature-group/x'), yes],
  ['a feature is written elsewhere', 'sagemaker.featurestore-runtime', job, 'sagemaker:PutRecord', theirs('sagemaker:feature-group/x'), no],
  ['a metric of a job', 'sagemaker.metrics', job, 'sagemaker:BatchPutMetrics', mine('sagemaker:training-job/x'), yes],

  ['a secret is read', 'secretsmanager', job, 'secretsmanager:GetSecretValue', mine('secretsmanager:secret:x'), yes],
  ['a secret is looked at', 'secretsmanager', job, 'secretsmanager:DescribeSecret', mine('secretsmanager:secret:x'), yes],
  ['a secret elsewhere is read', 'secretsmanager', job, 'secretsmanager:GetSecretValue', theirs('secretsmanager:secret:x'), no],
  ['a secret is written', 'secretsmanager', job, 'secretsmanager:PutSecretValue', mine('secretsmanager:secret:x'), no],
  ['data are decrypted', 'kms', job, 'kms:Decrypt', mine('kms:key/x'), yes],
  ['data are encrypted', 'kms', job, 'kms:GenerateDataKey', mine('kms:key/x'), yes],
  ['a key elsewhere encrypts', 'kms', job, 'kms:GenerateDataKey', theirs('kms:key/x'), no],
  ['a key is handed on', 'kms', job, 'kms:CreateGrant', mine('kms:key/x'), no],
  ['logs are written', 'logs', job, 'logs:PutLogEvents', mine('logs:log-group:x:log-stream:y'), yes],
  ['logs are begun', 'logs', job, 'logs:CreateLogStream', mine('logs:log-group:x:log-stream:y'), yes],
  ['logs are read', 'logs', job, 'logs:GetLogEvents', mine('logs:log-group:x:log-stream:y'), yes],
  ['logs are written elsewhere', 'logs', job, 'logs:PutLogEvents', theirs('logs:log-group:x:log-stream:y'), no],
  ['logs are deleted', 'logs', job, 'logs:DeleteLogGroup', mine('logs:log-group:x'), no],
  ['a metric', 'monitoring', job, 'cloudwatch:PutMetricData', '*', yes, { 'cloudwatch:namespace': 'x' }],
  ['a metric with brought credentials', 'monitoring', thief, 'cloudwatch:PutMetricData', '*', no],
  ["a task of Airflow, in AWS's account", 'sqs', job, 'sqs:SendMessage', ofAWS('sqs:airflow-celery-x'), yes],
  ['a task of Airflow is taken', 'sqs', job, 'sqs:ReceiveMessage', ofAWS('sqs:airflow-celery-x'), yes],
  ['a task of Airflow, with brought credentials', 'sqs', thief, 'sqs:SendMessage', ofAWS('sqs:airflow-celery-x'), no],
  ['a message to another queue', 'sqs', job, 'sqs:SendMessage', theirs('sqs:loot'), no],
  ['a workflow starts', 'states', job, 'states:StartExecution', mine('states:stateMachine:x'), yes],
  ['a workflow is looked at', 'states', job, 'states:DescribeExecution', mine('states:execution:x:y'), yes],
  ['a workflow starts elsewhere: its input carries data', 'states', job, 'states:StartExecution', theirs('states:stateMachine:x'), no],
  ['a shell registers', 'ssm', job, 'ssm:UpdateInstanceInformation', '*', yes],
  ['a shell opens', 'ssmmessages', job, 'ssmmessages:OpenDataChannel', '*', yes],
  ['a shell opens with brought credentials', 'ssmmessages', thief, 'ssmmessages:OpenDataChannel', '*', no],
  ['a pod gets an address', 'ec2', job, 'ec2:AssignPrivateIpAddresses', mine('ec2:network-interface/eni-0123456789abcdef0'), yes],
  ['a pod gets an address with brought credentials', 'ec2', thief, 'ec2:AssignPrivateIpAddresses', mine('ec2:network-interface/eni-0123456789abcdef0'), no],
  ['a pod gets an address elsewhere', 'ec2', job, 'ec2:AssignPrivateIpAddresses', theirs('ec2:network-interface/eni-0123456789abcdef0'), no],
  ['a machine is looked at', 'ec2', job, 'ec2:DescribeInstances', '*', yes],
  ['a machine is started', 'ec2', job, 'ec2:RunInstances', mine('ec2:instance/*'), no],
  ['a pod gets its role', 'eks-auth', job, 'eks-auth:AssumeRoleForPodIdentity', mine('eks:cluster/x'), yes],
  ['a pod gets a role elsewhere', 'eks-auth', job, 'eks-auth:AssumeRoleForPodIdentity', theirs('eks:cluster/x'), no],
  ['a pod gets its role with brought credentials', 'eks-auth', thief, 'eks-auth:AssumeRoleForPodIdentity', mine('eks:cluster/x'), no],
  ["an add-on of EKS is pulled", 'ecr.dkr', job, 'ecr:BatchGetImage', 'arn:aws:ecr:us-east-1:602401143452:repository/amazon-k8s-cni', yes],
  ["HyperPod's agent is pulled", 'ecr.dkr', job, 'ecr:BatchGetImage', 'arn:aws:ecr:us-east-1:767398015722:repository/hyperpod-health-monitoring-agent', yes],
  ["an image leaves for EKS's registry", 'ecr.dkr', job, 'ecr:PutImage', 'arn:aws:ecr:us-east-1:602401143452:repository/x', no],
  ['the app: add-ons of EKS are not pulled', 'app ecr.dkr', job, 'ecr:BatchGetImage', 'arn:aws:ecr:us-east-1:602401143452:repository/amazon-k8s-cni', no],
  ['a table is looked up, by an additional endpoint', 'glue', job, 'glue:GetTable', mine('glue:table/x/y'), yes],
  ['a table elsewhere is looked up', 'glue', job, 'glue:GetTable', theirs('glue:table/x/y'), no],
  ['a table is looked up with brought credentials', 'glue', thief, 'glue:GetTable', mine('glue:table/x/y'), no],
  ['a table is changed', 'glue', job, 'glue:UpdateTable', mine('glue:table/x/y'), no],
  ['a session is tagged, an additional request', 'sts', job, 'sts:TagSession', mine('iam:role/x'), yes],
  ['a session elsewhere is tagged', 'sts', job, 'sts:TagSession', theirs('iam:role/x'), no],
  ['a command is sent', 'ssm', job, 'ssm:SendCommand', mine('ec2:instance/i-0123456789abcdef0'), no],
];

const inNetwork = endpoints(completeNetwork);
const inApp = endpoints(referenceApp).filter((e) => e.stack.endsWith('/Foundation'));

function reached(name) {
  const [app, short] = name.startsWith('app ') ? [inApp, name.slice('app '.length)] : [inNetwork, name];
  return app.filter((e) => e.service === short);
}

for (const [name, through, principal, action, resource, expected, context] of requests) {
  test(`${name}: ${expected ? 'allowed' : 'denied'}`, async () => {
    const [, bucket] = resource.match(/^arn:aws:s3:::([^/]+)/) ?? [];
    const request = { principal, action, resource, context, ...(bucket && { owner: owners[bucket] ?? aws }) };
    await possible(request);
    assert.ok(reached(through).length > 0, `there is an endpoint ${through}`);
    for (const { stack, policy } of reached(through)) {
      const passed = await allowed({ ...request, identity: everything, resourcePolicy: everybody, endpoint: policy });
      assert.equal(passed, expected, `through ${through} of ${stack}`);
    }
  });
}
