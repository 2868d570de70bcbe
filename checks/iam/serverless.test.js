// What the execution roles of MWAA Serverless may do: start their own DAG's workflow or job, and look for its data; who may assume them;
// who uses the key, reads the definitions, and runs the workflows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { account, arn, region, resources } from '../assembly.js';
import { endpoints } from './endpoints.js';
import { testRole } from './roles.js';
import { allowed, delegating, everything } from './simulator.js';

const dir = process.env.AIRFLOW ?? 'examples/complete-airflow/cdk.out';
const find = (type, id) => resources(dir, type).find((r) => r.id.startsWith(id));
const machine = find('AWS::StepFunctions::StateMachine', 'Workflow').values.Ref;
const jobRole = find('AWS::IAM::Role', 'WorkflowJobRole').values.Arn;
const job = arn('sagemaker', 'training-job/staging--churn-serverless--0123456789abcdef0123456789abcdef');
const key = find('AWS::KMS::Key', 'ServerlessKey');
const dataKey = find('AWS::KMS::Key', 'DataKey').values.Arn;
const data = find('AWS::S3::Bucket', 'DataBucket').values.Arn;
const files = find('AWS::S3::Bucket', 'ServerlessBucket').values.Arn;
const workflow = (dag, end = '0123456789') => arn('airflow-serverless', `workflow/staging--serverless--${dag}-${end}`);
// The evaluator does not know the keys of an encryption context: another key that holds an ARN stands for this one.
const context = 'kms:EncryptionContext:aws:airflow-serverless:workflow-arn';
const known = (policy) => JSON.parse(JSON.stringify(policy).replaceAll(context, 'aws:SourceArn'));
const of = (dag) => ({ 'aws:SourceArn': workflow(dag) });
const via = (service) => ({ 'kms:ViaService': `${service}.${region}.amazonaws.com` });
const toSageMaker = { 'iam:PassedToService': 'sagemaker.amazonaws.com' };
const s3Endpoint = endpoints(dir).find((e) => e.service === 's3').id;

const yes = true;
const no = false;

const through = { s3: 's3', logs: 'logs', kms: 'kms', states: 'states', sagemaker: 'sagemaker.api' };
const endpointOf = (action, context = {}) => (context['kms:ViaService'] ? undefined
  : endpoints(dir).find((e) => e.service === through[action.split(':')[0]])?.policy);
const policyOf = (resource) => (resource.startsWith('arn:aws:kms:') ? delegating
  : resources(dir, 'AWS::S3::BucketPolicy').find((p) => resource.split('/')[0] === `arn:aws:s3:::${p.properties.Bucket}`)?.properties.PolicyDocument);

// The log groups have names of CloudFormation's own.
const roles = Object.fromEntries(['churn', 'churn_by_itself'].map((dag) => {
  const id = `ServerlessWorkflows${dag.replaceAll('_', '')}`;
  const role = resources(dir, 'AWS::IAM::Role').find((r) => new RegExp(`^${id}Role[0-9A-F]{8}$`).test(r.id));
  const own = resources(dir, 'AWS::IAM::ManagedPolicy').find((p) => new RegExp(`^${id}RoleRolePolicy[0-9A-F]{8}$`).test(p.id));
  const logs = resources(dir, 'AWS::Logs::LogGroup').find((g) => new RegExp(`^${id}Logs[0-9A-F]{8}$`).test(g.id));
  return [dag, { role, own: known(own.properties.PolicyDocument), logs: logs.values.Arn.replace(/:\*$/, '') }];
}));

function tests(dag, requests) {
  testRole({ arn: roles[dag].role.values.Arn, identity: roles[dag].own }, requests.map(([name, ...rest]) => [`${dag}: ${name}`, ...rest]),
    ({ action, resource, context }) => ({
      owner: account, endpoint: endpointOf(action, context), context: resource.startsWith('arn:aws:s3:') ? { 'aws:SourceVpce': s3Endpoint } : {},
      resourcePolicy: policyOf(resource),
    }));
}

tests('churn', [
  ['writes its log', ['logs:CreateLogStream', 'logs:PutLogEvents'], `${roles.churn.logs}:log-stream:x`, yes],
  ['uses its key', ['kms:Decrypt', 'kms:GenerateDataKey'], key.values.Arn, yes, of('churn')],
  ['starts the workflow', 'states:StartExecution', machine, yes],

  ["writes another's log", 'logs:PutLogEvents', `${roles.churn_by_itself.logs}:log-stream:x`, no],
  ['reads its log', 'logs:GetLogEvents', `${roles.churn.logs}:log-stream:x`, no],
  ["uses the key for another's", 'kms:Decrypt', key.values.Arn, no, of('churn_by_itself')],
  ['uses the key for nothing', 'kms:Decrypt', key.values.Arn, no],
  ['starts another workflow', 'states:StartExecution', arn('states', 'stateMachine:other'), no],
  ['stops the workflow', 'states:StopExecution', machine.replace(':stateMachine:', ':execution:') + ':x', no],
  ['starts a job', 'sagemaker:CreateTrainingJob', job, no],
  ['hands on a role', 'iam:PassRole', jobRole, no, toSageMaker],
  ['finds the data', 's3:ListBucket', data, no],
  ['starts a run of itself', 'airflow-serverless:StartWorkflowRun', workflow('churn'), no],
  ['changes its definition', 's3:PutObject', `${files}/workflows/churn.yaml`, no],
]);

tests('churn_by_itself', [
  ['writes its log', ['logs:CreateLogStream', 'logs:PutLogEvents'], `${roles.churn_by_itself.logs}:log-stream:x`, yes],
  ['uses its key', ['kms:Decrypt', 'kms:GenerateDataKey'], key.values.Arn, yes, of('churn_by_itself')],
  ['starts the job', ['sagemaker:CreateTrainingJob', 'sagemaker:DescribeTrainingJob'], job, yes],
  ['tags the job', 'sagemaker:AddTags', job, yes, { 'aws:TagKeys': ['Environment'] }],
  ['gives the job its role', 'iam:PassRole', jobRole, yes, toSageMaker],
  ['finds the data', 's3:ListBucket', data, yes],
  ['sees the mark of their folder', 's3:GetObject', `${data}/train/`, yes],
  ['decrypts it', 'kms:Decrypt', dataKey, yes, via('s3')],

  ['reads the data', 's3:GetObject', `${data}/train/x.csv`, no],
  ['reads other data', 's3:GetObject', `${data}/test/`, no],
  ['writes data', 's3:PutObject', `${data}/train/`, no],
  ["uses the key for another's", 'kms:Decrypt', key.values.Arn, no, of('churn')],
  ['decrypts by itself', 'kms:Decrypt', dataKey, no],
  ['stops the job', 'sagemaker:StopTrainingJob', job, no],
  ['starts a job of another name', 'sagemaker:CreateTrainingJob', arn('sagemaker', 'training-job/staging--churn--x'), no],
  ['gives its job another role', 'iam:PassRole', `arn:aws:iam::${account}:role/Admin`, no, toSageMaker],
  ['gives the role to another service', 'iam:PassRole', jobRole, no, { 'iam:PassedToService': 'lambda.amazonaws.com' }],
  ['starts the workflow', 'states:StartExecution', machine, no],
]);

const managed = resources(dir, 'AWS::IAM::ManagedPolicy');
const document = (arns) => ({
  Version: '2012-10-17', Statement: arns.flatMap((a) => known(managed.find((p) => p.values.Ref === a).properties.PolicyDocument).Statement),
});

test('the guard and the boundary leave what the tasks need, and no job that says nothing of itself', async () => {
  for (const [dag, action, resource, context, expected] of [
    ['churn', 'states:StartExecution', machine, {}, yes], ['churn', 'logs:PutLogEvents', `${roles.churn.logs}:log-stream:x`, {}, yes],
    ['churn', 'kms:GenerateDataKey', key.values.Arn, of('churn'), yes], ['churn_by_itself', 's3:ListBucket', data, {}, yes],
    ['churn_by_itself', 'sagemaker:DescribeTrainingJob', job, {}, yes], ['churn_by_itself', 'sagemaker:CreateTrainingJob', job, {}, no],
  ]) {
    const { role } = roles[dag];
    const request = {
      principal: role.values.Arn, identity: document(role.properties.ManagedPolicyArns), boundary: document([role.properties.PermissionsBoundary]),
      action, resource, context, resourcePolicy: resource.startsWith('arn:aws:kms:') ? delegating : undefined,
    };
    assert.equal(await allowed(request), expected, `${dag}: ${action}`);
  }
});

// Who may assume a role: MWAA Serverless, for its own workflow, in this account.
for (const [name, service, source, from, expected] of [
  ['MWAA Serverless for it', 'airflow-serverless', workflow('churn'), account, yes],
  ["MWAA Serverless for another's workflow", 'airflow-serverless', workflow('churn_by_itself'), account, no],
  ['MWAA Serverless for another account', 'airflow-serverless', workflow('churn').replace(account, '999999999999'), '999999999999', no],
  ['MWAA', 'airflow', workflow('churn'), account, no],
]) {
  test(`the role of churn is assumed by ${name}: ${expected}`, async () => {
    const request = {
      principal: `${service}.amazonaws.com`, action: 'sts:AssumeRole', resource: roles.churn.role.values.Arn, identity: everything,
      context: { 'aws:SourceArn': source, 'aws:SourceAccount': from }, resourcePolicy: roles.churn.role.properties.AssumeRolePolicyDocument,
    };
    assert.equal(await allowed(request), expected);
  });
}

for (const [name, principal, action, context, expected] of [
  ['a role for its workflow', roles.churn.role.values.Arn, 'kms:Decrypt', of('churn'), yes],
  ['a role that writes for it', roles.churn.role.values.Arn, 'kms:GenerateDataKey', of('churn'), yes],
  ['a role by itself', roles.churn.role.values.Arn, 'kms:Decrypt', {}, no],
  ['somebody for a workflow of another name', roles.churn.role.values.Arn, 'kms:Decrypt',
    { 'aws:SourceArn': arn('airflow-serverless', 'workflow/prod--other--0123456789') }, no],
  ['who runs it', `arn:aws:iam::${account}:role/x`, 'kms:GenerateDataKey', via('airflow-serverless'), yes],
  ['who reads definitions', `arn:aws:iam::${account}:role/x`, 'kms:Decrypt', via('s3'), yes],
  ['somebody through another service', `arn:aws:iam::${account}:role/x`, 'kms:Decrypt', via('secretsmanager'), no],
  ['a deployment, through a grant', `arn:aws:iam::${account}:role/cdk`, 'kms:CreateGrant', { 'kms:GrantIsForAWSResource': 'true' }, yes],
]) {
  test(`the key is used by ${name}: ${expected}`, async () => {
    assert.equal(await allowed({ principal, action, resource: key.values.Arn, context, identity: everything, resourcePolicy: known(key.properties.KeyPolicy) }), expected);
  });
}

for (const [name, principal, from, expected] of [
  ['a deployment', `arn:aws:iam::${account}:role/cdk-hnb659fds-cfn-exec-role-${account}-${region}`, undefined, yes],
  ['the writer', find('AWS::IAM::Role', 'ServerlessFilesRole').values.Arn, undefined, yes],
  ['somebody outside', `arn:aws:iam::${account}:role/x`, undefined, no],
]) {
  test(`definitions are read by ${name}: ${expected}`, async () => {
    const request = {
      principal, action: 's3:GetObjectVersion', resource: `${files}/workflows/churn.yaml`, owner: account, context: from ? { 'aws:SourceVpce': from } : {},
      identity: everything, resourcePolicy: policyOf(files),
    };
    assert.equal(await allowed(request), expected);
  });
}

// Who runs the workflows, under the boundary that the guard puts on every role.
const operator = find('AWS::IAM::Role', 'OperatorRole');
const runner = known(find('AWS::IAM::ManagedPolicy', 'OperatorRoleRunChurnServerless').properties.PolicyDocument);
for (const [name, action, resource, context, expected] of [
  ...['StartWorkflowRun', 'StopWorkflowRun', 'GetWorkflow', 'GetWorkflowRun', 'ListWorkflowRuns', 'ListTaskInstances', 'GetTaskInstance'].map(
    (action) => [`calls ${action}`, `airflow-serverless:${action}`, workflow('churn'), {}, yes]),
  ['runs the other', 'airflow-serverless:StartWorkflowRun', workflow('churn_by_itself'), {}, yes],
  ['runs one of a name like it', 'airflow-serverless:StartWorkflowRun', workflow('churn', 'two-0123456789'), {}, no],
  ['changes one', 'airflow-serverless:UpdateWorkflow', workflow('churn'), {}, no],
  ['deletes one', 'airflow-serverless:DeleteWorkflow', workflow('churn'), {}, no],
  ['uses the key through it', 'kms:GenerateDataKey', key.values.Arn, { ...via('airflow-serverless'), ...of('churn') }, yes],
  ['decrypts by it', 'kms:Decrypt', key.values.Arn, { ...via('airflow-serverless'), ...of('churn_by_itself') }, yes],
  ["uses a key for another's workflow", 'kms:Decrypt', key.values.Arn, {
    ...via('airflow-serverless'), 'aws:SourceArn': arn('airflow-serverless', 'workflow/prod--other--0123456789') }, no],
  ['uses the key through S3', 'kms:Decrypt', key.values.Arn, { ...via('s3'), ...of('churn') }, no],
]) {
  test(`an operator ${name}: ${expected}`, async () => {
    const request = {
      principal: operator.values.Arn, action, resource, context, identity: runner, resourcePolicy: resource === key.values.Arn ? delegating : undefined,
    };
    assert.equal(await allowed(request), expected);
    const boundary = document([operator.properties.PermissionsBoundary]);
    assert.equal(await allowed({ ...request, boundary }), expected, 'under the boundary');
  });
}
