// What the execution role of the reference app's training jobs in dev may do, and who may assume it. The needs are read
// from the job that the workflow starts. S3 and ECR are reached through the network, and so through its endpoints.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { account, arn, region, resources } from '../assembly.js';
import { endpoints, referenceApp } from './endpoints.js';
import { roleFor, testRole } from './roles.js';
import { allowed, delegating, everybody, everything } from './simulator.js';

const stack = 'dev/Training';
const foreign = '999988887777';
const role = roleFor('sagemaker.amazonaws.com', referenceApp, stack);

const machine = resources(referenceApp, 'AWS::StepFunctions::StateMachine').find((m) => m.stack === stack && m.id.startsWith('XGBoostStateMachine'));
const job = JSON.parse(machine.properties.DefinitionString).States.Train.Parameters;
const [train, validation] = job.InputDataConfig.map((channel) => inS3(channel.DataSource.S3DataSource.S3Uri));
const output = inS3(job.OutputDataConfig.S3OutputPath);
const [data, models] = [train, output].map((uri) => uri.split('/')[0]);
const checkpoints = inS3(job.CheckpointConfig['S3Uri.$'].match(/'([^'{]*)/)[1]);
const modelKey = job.OutputDataConfig.KmsKeyId;
const volumeKey = job.ResourceConfig.VolumeKmsKeyId;
const dataKey = find('AWS::S3::Bucket', (b) => b.values.Arn === data)
  .properties.BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault.KMSMasterKeyID;
const checkpointKey = find('AWS::S3::Bucket', (b) => b.values.Arn === checkpoints.split('/')[0])
  .properties.BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault.KMSMasterKeyID;
const logKey = find('AWS::KMS::Key', (k) => k.properties.Description === 'Log groups').values.Arn;
const [imageAccount] = job.AlgorithmSpecification.TrainingImage.split('.');
const image = `arn:aws:ecr:${region}:${imageAccount}:repository/${job.AlgorithmSpecification.TrainingImage.match(/\/(.*):/)[1]}`;
const [subnet] = job.VpcConfig.Subnets.map((id) => arn('ec2', `subnet/${id}`));
const [group] = job.VpcConfig.SecurityGroupIds.map((id) => arn('ec2', `security-group/${id}`));
const otherSubnet = arn('ec2', 'subnet/subnet-0123456789abcdef0');
const networkInterface = arn('ec2', 'network-interface/eni-0123456789abcdef0');
const logGroup = arn('logs', 'log-group:/aws/sagemaker/TrainingJobs');
const streamOf = (group) => `${group}:log-stream:x/algo-1-1`;
const viaS3 = { 'kms:ViaService': `s3.${region}.amazonaws.com` };
const inSubnet = { 'ec2:Subnet': subnet };
const inOther = { 'ec2:Subnet': otherSubnet };

const yes = true;
const no = false;

const requests = [
  // name, action or actions, resource, expected, context
  ['finds its training data', 's3:ListBucket', data, yes, { 's3:prefix': keyIn(train) }],
  ['finds its validation data', 's3:ListBucket', data, yes, { 's3:prefix': `${keyIn(validation)}part-1` }],
  ['reads its training data', 's3:GetObject', `${train}x.csv`, yes],
  ['reads its validation data', 's3:GetObject', `${validation}x.csv`, yes],
  ['writes its model', ['s3:PutObject', 's3:AbortMultipartUpload'], `${output}job/output/model.tar.gz`, yes],
  ['finds its checkpoints', 's3:ListBucket', checkpoints.split('/')[0], yes, { 's3:prefix': keyIn(checkpoints) }],
  ['keeps its checkpoints', ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'], `${checkpoints}0123/x`, yes],
  ["deletes another's checkpoints", 's3:DeleteObject', `${checkpoints.split('/')[0]}/other/x`, no],
  ['finds all checkpoints', 's3:ListBucket', checkpoints.split('/')[0], no, { 's3:prefix': '' }],
  ['lists the whole bucket', 's3:ListBucket', data, no],
  ['lists another prefix', 's3:ListBucket', data, no, { 's3:prefix': 'salaries/' }],
  ['lists a prefix that starts the same', 's3:ListBucket', data, no, { 's3:prefix': `${keyIn(train).slice(0, -1)}-2025/` }],
  ['lists the models', 's3:ListBucket', models, no, { 's3:prefix': keyIn(output) }],
  ['reads another prefix', 's3:GetObject', `${data}/salaries/x.csv`, no],
  ['reads a prefix that starts the same', 's3:GetObject', `${train.slice(0, -1)}-2025/x.csv`, no],
  ['reads a model', 's3:GetObject', `${output}job/output/model.tar.gz`, no],
  ['deletes a model', 's3:DeleteObject', `${output}job/output/model.tar.gz`, no],
  ['changes its data', ['s3:PutObject', 's3:DeleteObject'], `${train}x.csv`, no],
  ['writes to another prefix', 's3:PutObject', `${models}/other/x`, no],
  ['writes to another bucket', 's3:PutObject', 'arn:aws:s3:::other/xgboost/x', no],
  ['reads without encryption in transit', 's3:GetObject', `${train}x.csv`, no, { 'aws:SecureTransport': 'false' }],
  ['reads with an old TLS', 's3:GetObject', `${train}x.csv`, no, { 's3:TlsVersion': '1.1' }],

  ['decrypts its data', 'kms:Decrypt', dataKey, yes, viaS3],
  ['encrypts its model, in parts', ['kms:GenerateDataKey', 'kms:Decrypt'], modelKey, yes, viaS3],
  ['encrypts its checkpoints', ['kms:GenerateDataKey', 'kms:Decrypt'], checkpointKey, yes, viaS3],
  ['encrypts its volume', 'kms:CreateGrant', volumeKey, yes, { 'kms:GrantIsForAWSResource': 'true' }],
  ['looks at the key of its volume', 'kms:DescribeKey', volumeKey, yes],
  ['decrypts data itself', 'kms:Decrypt', dataKey, no],
  ['decrypts by another service', 'kms:Decrypt', dataKey, no, { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com` }],
  ['encrypts itself', ['kms:GenerateDataKey', 'kms:Decrypt'], modelKey, no],
  ['encrypts with the key of the data', 'kms:GenerateDataKey', dataKey, no, viaS3],
  ['decrypts logs', 'kms:Decrypt', logKey, no, viaS3],
  ['hands a key to anybody', 'kms:CreateGrant', volumeKey, no, { 'kms:GrantIsForAWSResource': 'false' }],
  ['hands a key on without saying to whom', 'kms:CreateGrant', volumeKey, no],
  ['hands on the key of the data', 'kms:CreateGrant', dataKey, no, { 'kms:GrantIsForAWSResource': 'true' }],
  ['deletes a key', 'kms:ScheduleKeyDeletion', volumeKey, no],

  ['logs in to ECR', 'ecr:GetAuthorizationToken', '*', yes],
  ['pulls its image', ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability'], image, yes],
  ['pulls another image', 'ecr:BatchGetImage', arn('ecr', 'repository/other'), no],
  ['pushes an image', 'ecr:PutImage', arn('ecr', 'repository/other'), no],

  ['writes its log', ['logs:CreateLogStream', 'logs:PutLogEvents'], streamOf(logGroup), yes],
  ['makes the log group', ['logs:CreateLogGroup', 'logs:DescribeLogStreams'], logGroup, yes],
  ['writes another log', 'logs:PutLogEvents', streamOf(arn('logs', 'log-group:/aws/sagemaker/ProcessingJobs')), no],
  ['deletes logs', 'logs:DeleteLogGroup', logGroup, no],
  ['sends its metrics', 'cloudwatch:PutMetricData', '*', yes, { 'cloudwatch:namespace': '/aws/sagemaker/TrainingJobs' }],
  ['sends other metrics', 'cloudwatch:PutMetricData', '*', no, { 'cloudwatch:namespace': 'Billing' }],

  ['makes an interface in its subnet', 'ec2:CreateNetworkInterface', subnet, yes],
  ['makes an interface in its group', 'ec2:CreateNetworkInterface', group, yes],
  ['makes the interface', 'ec2:CreateNetworkInterface', networkInterface, yes],
  ['deletes the interface', 'ec2:DeleteNetworkInterface', networkInterface, yes, inSubnet],
  ['hands it to SageMaker', 'ec2:CreateNetworkInterfacePermission', networkInterface, yes,
    { ...inSubnet, 'ec2:AuthorizedService': 'sagemaker.amazonaws.com' }],
  ['takes it back', 'ec2:DeleteNetworkInterfacePermission', networkInterface, yes, inSubnet],
  ['looks at the network', ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeVpcs', 'ec2:DescribeDhcpOptions', 'ec2:DescribeSubnets',
    'ec2:DescribeSecurityGroups'], '*', yes],
  ['makes an interface in another subnet', 'ec2:CreateNetworkInterface', otherSubnet, no],
  ['makes an interface in another group', 'ec2:CreateNetworkInterface', arn('ec2', 'security-group/sg-0123456789abcdef0'), no],
  ['deletes an interface elsewhere', 'ec2:DeleteNetworkInterface', networkInterface, no, inOther],
  ['hands it to another service', 'ec2:CreateNetworkInterfacePermission', networkInterface, no,
    { ...inSubnet, 'ec2:AuthorizedService': 'codebuild.amazonaws.com' }],
  ['hands on an interface elsewhere', 'ec2:CreateNetworkInterfacePermission', networkInterface, no,
    { ...inOther, 'ec2:AuthorizedService': 'sagemaker.amazonaws.com' }],
  ['takes back an interface elsewhere', 'ec2:DeleteNetworkInterfacePermission', networkInterface, no, inOther],
  ['starts an instance', 'ec2:RunInstances', subnet, no],

  ['starts a job', 'sagemaker:CreateTrainingJob', arn('sagemaker', 'training-job/dev--xgboost--x'), no],
  ['passes itself on', 'iam:PassRole', role.arn, no, { 'iam:PassedToService': 'sagemaker.amazonaws.com' }],
  ['makes a role', 'iam:CreateRole', `arn:aws:iam::${account}:role/x`, no],
  ['assumes a role', 'sts:AssumeRole', `arn:aws:iam::${account}:role/x`, no],
  ['reads a secret', 'secretsmanager:GetSecretValue', arn('secretsmanager', 'secret:x'), no],
];

const network = endpoints(referenceApp).filter((e) => e.stack === 'dev/Foundation');
const through = { s3: 's3', ecr: 'ecr.api' };

testRole(role, requests, ({ action, resource }) => {
  const endpoint = network.find((e) => e.service === through[action.split(':')[0]]);
  return {
    owner: resource.startsWith('arn:aws:s3:::') ? account : undefined,
    endpoint: endpoint?.policy,
    context: endpoint && { 'aws:SourceVpce': endpoint.id },
    resourcePolicy: policyOf(resource),
  };
});

const assuming = [
  // name, principal, expected, context
  ['SageMaker, for a job here', 'sagemaker.amazonaws.com', yes, sourceIn(account)],
  ['SageMaker, for a job elsewhere', 'sagemaker.amazonaws.com', no, sourceIn(foreign)],
  ['SageMaker, for nobody in particular', 'sagemaker.amazonaws.com', no, {}],
  ['another service', 'lambda.amazonaws.com', no, sourceIn(account)],
  ['a person of the account', `arn:aws:iam::${account}:role/Admin`, no, {}],
];
for (const [name, principal, expected, context] of assuming) {
  test(`${name} ${expected ? 'assumes' : "can't assume"} the role`, async () => {
    const request = { principal, action: 'sts:AssumeRole', resource: role.arn, context, identity: everything };
    assert.equal(await allowed({ ...request, resourcePolicy: role.trust }), expected);
  });
}

function sourceIn(owner) {
  return { 'aws:SourceAccount': owner, 'aws:SourceArn': `arn:aws:sagemaker:${region}:${owner}:training-job/x` };
}

// policyOf is the policy of the resource itself. That of a key leaves all to the role here, so that the role's own conditions
// show; that of AWS's repositories lets everybody pull.
function policyOf(resource) {
  if (resource.startsWith('arn:aws:kms:')) return delegating;
  const bucket = find('AWS::S3::BucketPolicy', (p) => resource.split('/')[0] === `arn:aws:s3:::${p.properties.Bucket}`);
  return bucket?.properties.PolicyDocument ?? (resource === image ? everybody : undefined);
}

function find(type, which) {
  return resources(referenceApp, type).find((r) => r.stack.startsWith('dev/') && which(r));
}

function inS3(uri) {
  return uri.replace('s3://', 'arn:aws:s3:::');
}

function keyIn(prefix) {
  return prefix.slice(prefix.indexOf('/') + 1);
}
