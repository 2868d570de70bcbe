// What the execution role of an Airflow environment may do: what MWAA needs, and the requests of its DAGs, from inside the network and
// through its endpoints; and who may assume it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { account, arn, region, resources } from '../assembly.js';
import { endpoints } from './endpoints.js';
import { testRole } from './roles.js';
import { allowed, delegating, everybody, everything, possible } from './simulator.js';

const dir = process.env.AIRFLOW ?? 'examples/complete-airflow/cdk.out';
const find = (type, id) => resources(dir, type).find((r) => r.id.startsWith(id));
const role = find('AWS::IAM::Role', 'AirflowRole');
const own = find('AWS::IAM::ManagedPolicy', 'AirflowRoleRolePolicy').properties.PolicyDocument;
const environment = find('AWS::MWAA::Environment', 'Airflow').properties;
const key = find('AWS::KMS::Key', 'AirflowKey');
const files = environment.SourceBucketArn;
const machine = find('AWS::StepFunctions::StateMachine', 'Workflow').values.Ref;
const execution = `${machine.replace(':stateMachine:', ':execution:')}:0123456789abcdef0123456789abcdef`;
const jobRole = find('AWS::IAM::Role', 'WorkflowJobRole').values.Arn;
const job = arn('sagemaker', 'training-job/staging--churn-airflow--0123456789abcdef0123456789abcdef');
const repository = arn('codeartifact', 'repository/ml/staging');
const kinds = ['DAGProcessing', 'Scheduler', 'Task', 'WebServer', 'Worker'];
const group = (kind) => arn('logs', `log-group:airflow-staging--airflow-${kind}`);
const data = find('AWS::S3::Bucket', 'DataBucket').values.Arn;
const aws = '683313688378'; // whose queues are, here
const queue = `arn:aws:sqs:${region}:${aws}:airflow-celery-0123`;
const s3Endpoint = endpoints(dir).find((e) => e.service === 's3').id;
const via = (service) => ({ 'kms:ViaService': `${service}.${region}.amazonaws.com` });
const toSageMaker = { 'iam:PassedToService': 'sagemaker.amazonaws.com' };
const toCodeArtifact = { 'sts:AWSServiceName': 'codeartifact.amazonaws.com' };

const yes = true;
const no = false;

// The endpoint that a request goes through; a service that calls another goes through none, and MWAA's own have no policy.
const through = {
  s3: 's3', logs: 'logs', cloudwatch: 'monitoring', sqs: 'sqs', states: 'states', sagemaker: 'sagemaker.api', codeartifact: 'codeartifact.api',
  sts: 'codeartifact.api',
};
const endpointOf = (action) => endpoints(dir).find((e) => e.service === through[action.split(':')[0]])?.policy;

testRole({ arn: role.values.Arn, identity: own }, [
  // name, action or actions, resource, expected, context
  ['tells how the environment is', 'airflow:PublishMetrics', arn('airflow', 'environment/staging--airflow'), yes],
  ['sends metrics', 'cloudwatch:PutMetricData', '*', yes, { 'cloudwatch:namespace': 'AmazonMWAA' }],
  ['reads its DAGs', ['s3:GetObject', 's3:GetObjectVersion'], `${files}/dags/churn.py`, yes],
  ['finds its files', ['s3:ListBucket', 's3:ListBucketVersions', 's3:GetBucketLocation', 's3:GetBucketVersioning', 's3:GetBucketPublicAccessBlock'],
    files, yes],
  ['looks whether the account blocks the public', 's3:GetAccountPublicAccessBlock', '*', yes],
  ['looks for its logs', 'logs:DescribeLogGroups', '*', yes],
  ...kinds.flatMap((kind) => [
    [`writes and shows its logs of ${kind}`, ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:GetLogEvents'], `${group(kind)}:log-stream:x`, yes],
    [`makes its logs of ${kind} and asks them`, ['logs:CreateLogGroup', 'logs:GetLogGroupFields'], group(kind), yes],
    [`writes and shows the logs of ${kind} of an environment whose name goes on`, ['logs:PutLogEvents', 'logs:GetLogEvents'],
      `${group(`2-${kind}`)}:log-stream:x`, no],
  ]),
  ['hands tasks to workers', ['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage',
    'sqs:SendMessage'], queue, yes],
  ['uses its key through S3 and its queue', ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'], key.values.Arn, yes, via('s3')],
  ['uses its key for the queue', ['kms:Decrypt', 'kms:GenerateDataKey'], key.values.Arn, yes, via('sqs')],

  ['starts the workflow', 'states:StartExecution', machine, yes],
  ['waits for it, and stops it', ['states:DescribeExecution', 'states:StopExecution'], execution, yes],
  ['starts the job', ['sagemaker:CreateTrainingJob', 'sagemaker:DescribeTrainingJob', 'sagemaker:StopTrainingJob'], job, yes],
  ['tags the job', 'sagemaker:AddTags', job, yes, { 'aws:TagKeys': ['Environment'] }],
  ['gives the job its role', 'iam:PassRole', jobRole, yes, toSageMaker],
  ['logs in to CodeArtifact', 'codeartifact:GetAuthorizationToken', arn('codeartifact', 'domain/ml'), yes],
  ['gets a token for it', 'sts:GetServiceBearerToken', '*', yes, toCodeArtifact],
  ['installs packages', ['codeartifact:GetRepositoryEndpoint', 'codeartifact:ReadFromRepository'], repository, yes],

  ["tells of another's environment", 'airflow:PublishMetrics', arn('airflow', 'environment/prod--airflow'), no],
  ['logs in to itself', 'airflow:CreateWebLoginToken', arn('airflow', 'role/staging--airflow/Admin'), no],
  ['changes itself', 'airflow:UpdateEnvironment', arn('airflow', 'environment/staging--airflow'), no],
  ['changes its DAGs', ['s3:PutObject', 's3:DeleteObject'], `${files}/dags/churn.py`, no],
  ['reads the data', 's3:GetObject', `${data}/train/x.csv`, no],
  ['finds the data', 's3:ListBucket', data, no, { 's3:prefix': 'train/' }],
  ['reads another log', 'logs:GetLogEvents', arn('logs', 'log-group:/aws/sagemaker/TrainingJobs:log-stream:x'), no],
  ['deletes its logs', 'logs:DeleteLogGroup', group('Task'), no],
  ['sends to another queue', 'sqs:SendMessage', arn('sqs', 'loot'), no],
  ['uses its key by itself', ['kms:Decrypt', 'kms:GenerateDataKey'], key.values.Arn, no],
  ['uses its key through another service', 'kms:Decrypt', key.values.Arn, no, via('secretsmanager')],
  ['uses the key of the data', 'kms:Decrypt', arn('kms', 'key/other'), no, via('s3')],
  ['starts another workflow', 'states:StartExecution', arn('states', 'stateMachine:other'), no],
  ['stops another workflow', 'states:StopExecution', arn('states', 'execution:other:x'), no],
  ['starts a job of another name', 'sagemaker:CreateTrainingJob', arn('sagemaker', 'training-job/staging--other--x'), no],
  ['stops a job of the workflow', 'sagemaker:StopTrainingJob', arn('sagemaker', 'training-job/staging--churn--0123'), no],
  ['starts a job of another kind', 'sagemaker:CreateProcessingJob', arn('sagemaker', 'processing-job/staging--churn-airflow--x'), no],
  ['gives its job another role', 'iam:PassRole', `arn:aws:iam::${account}:role/Admin`, no, toSageMaker],
  ['gives the role to another service', 'iam:PassRole', jobRole, no, { 'iam:PassedToService': 'lambda.amazonaws.com' }],
  ['takes the role itself', 'sts:AssumeRole', jobRole, no],
  ['gets a token for another service', 'sts:GetServiceBearerToken', '*', no, { 'sts:AWSServiceName': 'sso.amazonaws.com' }],
  ['installs from another stage', 'codeartifact:ReadFromRepository', arn('codeartifact', 'repository/ml/dev'), no],
  ['publishes a package', 'codeartifact:PublishPackageVersion', arn('codeartifact', 'package/ml/staging/pypi/x/x'), no],
], ({ action, resource }) => ({
  owner: resource === queue ? aws : account,
  endpoint: endpointOf(action),
  context: resource.startsWith('arn:aws:s3:') ? { 'aws:SourceVpce': s3Endpoint } : {},
  resourcePolicy: { [queue]: everybody }[resource] ?? policyOf(resource),
}));

function policyOf(resource) {
  if (resource.startsWith('arn:aws:kms:')) return delegating; // so that the role's own conditions show
  return resources(dir, 'AWS::S3::BucketPolicy').find((p) => resource.split('/')[0] === `arn:aws:s3:::${p.properties.Bucket}`)?.properties.PolicyDocument;
}

const managed = resources(dir, 'AWS::IAM::ManagedPolicy');
const document = (arns) => ({
  Version: '2012-10-17', Statement: arns.flatMap((a) => managed.find((p) => p.values.Ref === a).properties.PolicyDocument.Statement),
});

test('the guard and the boundary leave what MWAA needs', async () => {
  const held = { principal: role.values.Arn, identity: document(role.properties.ManagedPolicyArns), boundary: document([role.properties.PermissionsBoundary]) };
  for (const [action, resource, owner] of [
    ['airflow:PublishMetrics', arn('airflow', 'environment/staging--airflow')], ['sqs:SendMessage', queue, aws], ['s3:GetObject', `${files}/dags/churn.py`, account],
    ['logs:PutLogEvents', `${group('Task')}:log-stream:x`], ['states:StartExecution', machine], ['sagemaker:StopTrainingJob', job],
    ['codeartifact:ReadFromRepository', repository],
  ]) {
    assert.equal(await allowed({ ...held, action, resource, owner, resourcePolicy: owner === aws ? everybody : undefined }), true, action);
  }
  assert.equal(await allowed({ ...held, action: 'sagemaker:CreateTrainingJob', resource: job }), false, 'a job that says nothing of itself');
});

// The key: used through S3 and the queue, and through grants by AWS's services. The condition for CloudWatch Logs has a key that the
// evaluator does not know: the tests in Go look at it.
for (const [name, principal, action, context, expected] of [
  ['the role through S3', role.values.Arn, 'kms:Decrypt', via('s3'), yes],
  ['the role through the queue', role.values.Arn, 'kms:GenerateDataKey', via('sqs'), yes],
  ['the role by itself', role.values.Arn, 'kms:Decrypt', {}, no],
  ['a deployment, through a grant', `arn:aws:iam::${account}:role/cdk`, 'kms:CreateGrant', { 'kms:GrantIsForAWSResource': 'true' }, yes],
  ['anybody, through a grant of their own', `arn:aws:iam::${account}:role/x`, 'kms:CreateGrant', { 'kms:GrantIsForAWSResource': 'false' }, no],
]) {
  test(`the key is used by ${name}: ${expected}`, async () => {
    const request = { principal, action, resource: key.values.Arn, context, identity: everything, resourcePolicy: key.properties.KeyPolicy };
    assert.equal(await allowed(request), expected);
  });
}

// The bucket is reached from inside the network; from elsewhere by the role and by who writes the files.
for (const [name, principal, from, expected] of [
  ['the role, inside', role.values.Arn, s3Endpoint, yes], ['the role, from AWS', role.values.Arn, undefined, yes],
  ['the writer', find('AWS::IAM::Role', 'AirflowFilesRole').values.Arn, undefined, yes],
  ['another role, outside', `arn:aws:iam::${account}:role/x`, undefined, no], ['another role, elsewhere', `arn:aws:iam::${account}:role/x`, 'vpce-0123456789abcdef0', no],
]) {
  test(`files are read by ${name}: ${expected}`, async () => {
    const request = {
      principal, action: 's3:GetObject', resource: `${files}/dags/churn.py`, owner: account, context: from ? { 'aws:SourceVpce': from } : {},
      identity: everything, resourcePolicy: policyOf(files),
    };
    await possible(request);
    assert.equal(await allowed(request), expected);
  });
}

// The writer writes files, and the role trusts MWAA for this environment only.
const writer = { arn: find('AWS::IAM::Role', 'AirflowFilesRole').values.Arn, identity: find('AWS::IAM::ManagedPolicy', 'AirflowFilesRolePolicy').properties.PolicyDocument };
const writerLogs = find('AWS::Logs::LogGroup', 'AirflowFilesLogs').values.Arn;
testRole(writer, [
  ['looks for DAGs', 's3:ListBucket', files, yes, { 's3:prefix': 'dags/churn.py' }],
  ['looks for requirements', 's3:ListBucket', files, yes, { 's3:prefix': 'config/requirements.txt' }],
  ['writes DAGs', ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload', 's3:DeleteObject'], `${files}/dags/churn.py`, yes],
  ['writes requirements', ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], `${files}/config/requirements.txt`, yes],
  ['uses the key', ['kms:GenerateDataKey', 'kms:Decrypt'], key.values.Arn, yes, via('s3')],
  ['logs', ['logs:CreateLogStream', 'logs:PutLogEvents'], writerLogs.replace(/\*$/, 'log-stream:x'), yes],
  ['writes wheels', 's3:PutObject', `${files}/plugins.zip`, no],
  ['lists the bucket', 's3:ListBucket', files, no],
  ['takes back what it wrote', 's3:DeleteObjectVersion', `${files}/dags/churn.py`, yes],
  ['looks for its versions', 's3:ListBucketVersions', files, yes, { 's3:prefix': 'dags/churn.py' }],
  ['deletes other versions', 's3:DeleteObjectVersion', `${files}/plugins.zip`, no],
  ['looks at its stack', 'cloudformation:DescribeStacks', writer.identity.Statement.find((s) => s.Action === 'cloudformation:DescribeStacks').Resource, yes],
  ['looks at another', 'cloudformation:DescribeStacks', arn('cloudformation', 'stack/Other/1'), no],
  ['lists all versions', 's3:ListBucketVersions', files, no],
  ['uses the key by itself', 'kms:Decrypt', key.values.Arn, no],
  ['reads the data', 's3:GetObject', `${data}/train/x.csv`, no],
], ({ resource }) => ({ owner: account, resourcePolicy: policyOf(resource) }));

for (const [name, service, context, expected] of [
  ['MWAA', 'airflow.amazonaws.com', { 'aws:SourceAccount': account, 'aws:SourceArn': arn('airflow', 'environment/staging--airflow') }, yes],
  ['its containers', 'airflow-env.amazonaws.com', { 'aws:SourceAccount': account, 'aws:SourceArn': arn('airflow', 'environment/staging--airflow') }, yes],
  ['another environment', 'airflow.amazonaws.com', { 'aws:SourceAccount': account, 'aws:SourceArn': arn('airflow', 'environment/other') }, no],
  ['another account', 'airflow.amazonaws.com', { 'aws:SourceAccount': '999988887777', 'aws:SourceArn': `arn:aws:airflow:${region}:999988887777:environment/staging--airflow` }, no],
  ['SageMaker', 'sagemaker.amazonaws.com', { 'aws:SourceAccount': account, 'aws:SourceArn': arn('airflow', 'environment/staging--airflow') }, no],
  ['nobody in particular', 'airflow.amazonaws.com', {}, no],
]) {
  test(`${name} assumes the role: ${expected}`, async () => {
    const request = { principal: service, action: 'sts:AssumeRole', resource: role.values.Arn, context, resourcePolicy: role.properties.AssumeRolePolicyDocument, identity: everything };
    assert.equal(await allowed(request), expected);
  });
}
