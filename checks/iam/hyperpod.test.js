// What the machines of a HyperPod cluster may do: their logs, their network interfaces, a session, and the data that they were given; and
// that the cluster is a request that AWS takes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { account, arn, region, resources } from '../assembly.js';
import { endpoints } from './endpoints.js';
import { roleFor, testRole } from './roles.js';
import { allowed, delegating, everything, possible } from './simulator.js';

const dir = process.env.HYPERPOD ?? 'examples/complete-hyperpod/cdk.out';
const find = (type, id) => resources(dir, type).find((r) => r.id.startsWith(id));
const cluster = find('AWS::SageMaker::Cluster', 'Research').properties;
const role = roleFor('sagemaker.amazonaws.com', dir, 'Cluster', 'ResearchRole');
const data = find('AWS::S3::Bucket', 'DataBucket').values.Arn;
const checkpoints = find('AWS::S3::Bucket', 'CheckpointsBucket').values.Arn;
const scripts = find('AWS::S3::Bucket', 'ResearchScriptsBucket').values.Arn;
const keyOf = (bucket) => resources(dir, 'AWS::S3::Bucket').find((b) => b.values.Arn === bucket)
  .properties.BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault.KMSMasterKeyID;
const policyOf = (bucket) => resources(dir, 'AWS::S3::BucketPolicy').find((p) => bucket === `arn:aws:s3:::${p.properties.Bucket}`)?.properties.PolicyDocument;
const subnet = arn('ec2', `subnet/${cluster.VpcConfig.Subnets[0]}`);
const group = arn('ec2', `security-group/${cluster.VpcConfig.SecurityGroupIds[0]}`);
const elsewhere = arn('ec2', 'subnet/subnet-0123456789abcdef0');
const networkInterface = arn('ec2', 'network-interface/eni-0123456789abcdef0');
const logs = arn('logs', 'log-group:/aws/sagemaker/Clusters/prod--research/x');
const viaS3 = { 'kms:ViaService': `s3.${region}.amazonaws.com` };
const inSubnet = { 'ec2:Subnet': subnet };
const toSageMaker = { 'ec2:AuthorizedService': 'sagemaker.amazonaws.com' };
const yes = true;
const no = false;

const through = { s3: 's3', logs: 'logs', cloudwatch: 'monitoring', ssmmessages: 'ssmmessages' };
testRole(role, [
  // name, action or actions, resource, expected, context
  ['reads its script', 's3:GetObject', `${scripts}/scripts/on_init_complete.sh`, yes],
  ['finds its script', 's3:ListBucket', scripts, yes, { 's3:prefix': 'scripts/' }],
  ['finds the corpus', 's3:ListBucket', data, yes, { 's3:prefix': 'corpus/x' }],
  ['reads the corpus', 's3:GetObject', `${data}/corpus/x`, yes],
  ['writes models', ['s3:PutObject', 's3:AbortMultipartUpload'], `${data}/models/x`, yes],
  ['finds checkpoints', 's3:ListBucket', checkpoints, yes, { 's3:prefix': 'research/' }],
  ['keeps checkpoints', ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'], `${checkpoints}/research/x`, yes],
  ['decrypts its script', 'kms:Decrypt', keyOf(scripts), yes, viaS3],
  ['decrypts the corpus', 'kms:Decrypt', keyOf(data), yes, viaS3],
  ['encrypts models', ['kms:GenerateDataKey', 'kms:Decrypt'], keyOf(data), yes, viaS3],
  ['encrypts checkpoints', ['kms:GenerateDataKey', 'kms:Decrypt'], keyOf(checkpoints), yes, viaS3],
  ['encrypts its volumes', 'kms:CreateGrant', keyOf(scripts), yes, { 'kms:GrantIsForAWSResource': 'true' }],
  ['looks at the key of its volumes', 'kms:DescribeKey', keyOf(scripts), yes],
  ['writes its logs', ['logs:CreateLogStream', 'logs:PutLogEvents'], `${logs}:log-stream:x`, yes],
  ['makes its log groups', ['logs:CreateLogGroup', 'logs:DescribeLogStreams'], logs, yes],
  ['sends its metrics', 'cloudwatch:PutMetricData', '*', yes, { 'cloudwatch:namespace': '/aws/sagemaker/Clusters' }],
  ['lets people in by a session', ['ssmmessages:CreateControlChannel', 'ssmmessages:CreateDataChannel', 'ssmmessages:OpenControlChannel',
    'ssmmessages:OpenDataChannel'], '*', yes],
  ['makes an interface in its subnet', 'ec2:CreateNetworkInterface', subnet, yes],
  ['makes an interface in its group', 'ec2:CreateNetworkInterface', group, yes],
  ['makes the interface', 'ec2:CreateNetworkInterface', networkInterface, yes],
  ['deletes it', 'ec2:DeleteNetworkInterface', networkInterface, yes, inSubnet],
  ['hands it to SageMaker', 'ec2:CreateNetworkInterfacePermission', networkInterface, yes, { ...inSubnet, ...toSageMaker }],
  ['takes it back', 'ec2:DeleteNetworkInterfacePermission', networkInterface, yes, inSubnet],
  ['names and detaches it', ['ec2:CreateTags', 'ec2:DetachNetworkInterface'], networkInterface, yes, inSubnet],
  ['detaches it from a machine', 'ec2:DetachNetworkInterface', arn('ec2', 'instance/i-0123456789abcdef0'), yes],
  ['looks at the network', ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeVpcs', 'ec2:DescribeDhcpOptions', 'ec2:DescribeSubnets',
    'ec2:DescribeSecurityGroups'], '*', yes],

  ['changes its script', 's3:PutObject', `${scripts}/scripts/on_init_complete.sh`, no],
  ['reads other data', 's3:GetObject', `${data}/salaries/x`, no],
  ['reads models', 's3:GetObject', `${data}/models/x`, no],
  ['changes the corpus', ['s3:PutObject', 's3:DeleteObject'], `${data}/corpus/x`, no],
  ['lists the whole bucket', 's3:ListBucket', data, no],
  ['writes to a bucket elsewhere', 's3:PutObject', 'arn:aws:s3:::other/x', no],
  ['decrypts by itself', ['kms:Decrypt', 'kms:GenerateDataKey'], keyOf(data), no],
  ['decrypts its script by itself', 'kms:Decrypt', keyOf(scripts), no],
  ['decrypts checkpoints by itself', ['kms:Decrypt', 'kms:GenerateDataKey'], keyOf(checkpoints), no],
  ['lists all scripts', 's3:ListBucket', scripts, no],
  ['lists all checkpoints', 's3:ListBucket', checkpoints, no],
  ['hands its key to anybody', 'kms:CreateGrant', keyOf(scripts), no, { 'kms:GrantIsForAWSResource': 'false' }],
  ['hands on the key of the data', 'kms:CreateGrant', keyOf(checkpoints), no, { 'kms:GrantIsForAWSResource': 'true' }],
  ['writes the logs of another cluster', 'logs:PutLogEvents', `${logs.replace('prod--research', 'prod--research-2')}:log-stream:x`, no],
  ['sends other metrics', 'cloudwatch:PutMetricData', '*', no, { 'cloudwatch:namespace': 'Billing' }],
  ['makes an interface in another subnet', 'ec2:CreateNetworkInterface', elsewhere, no],
  ['deletes an interface elsewhere', 'ec2:DeleteNetworkInterface', networkInterface, no, { 'ec2:Subnet': elsewhere }],
  ['hands on one elsewhere', 'ec2:CreateNetworkInterfacePermission', networkInterface, no, { 'ec2:Subnet': elsewhere, ...toSageMaker }],
  ['hands one to another service', 'ec2:CreateNetworkInterfacePermission', networkInterface, no, { ...inSubnet, 'ec2:AuthorizedService': 'codebuild.amazonaws.com' }],
  ['takes back one elsewhere', 'ec2:DeleteNetworkInterfacePermission', networkInterface, no, { 'ec2:Subnet': elsewhere }],
  ['names and detaches one elsewhere', ['ec2:CreateTags', 'ec2:DetachNetworkInterface'], networkInterface, no, { 'ec2:Subnet': elsewhere }],
  ['changes the cluster', 'sagemaker:UpdateCluster', arn('sagemaker', 'cluster/x'), no],
  ['starts a job', 'sagemaker:CreateTrainingJob', arn('sagemaker', 'training-job/x'), no],
  ['gives a pod an address', 'ec2:AssignPrivateIpAddresses', networkInterface, no, inSubnet],
  ['gives a pod its role', 'eks-auth:AssumeRoleForPodIdentity', arn('eks', 'cluster/research'), no],
  ['pulls an image', 'ecr:BatchGetImage', arn('ecr', 'repository/x'), no],
  ['takes another role', 'sts:AssumeRole', `arn:aws:iam::${account}:role/x`, no],
], ({ action, resource }) => {
  const endpoint = endpoints(dir).find((e) => e.service === through[action.split(':')[0]]);
  return {
    owner: resource.startsWith('arn:aws:s3:::') ? account : undefined, endpoint: endpoint?.policy,
    context: endpoint && { 'aws:SourceVpce': endpoint.id },
    resourcePolicy: resource.startsWith('arn:aws:kms:') ? delegating : policyOf(resource.split('/')[0]),
  };
});

for (const [name, from, expected] of [['from the network', endpoints(dir).find((e) => e.service === 's3').id, yes], ['from elsewhere', 'vpce-0123456789abcdef0', no]]) {
  test(`the corpus is read ${name}: ${expected}`, async () => {
    const request = {
      principal: role.arn, identity: role.identity, action: 's3:GetObject', resource: `${data}/corpus/x`, owner: account, resourcePolicy: policyOf(data),
      context: { 'aws:SourceVpce': from },
    };
    await possible(request);
    assert.equal(await allowed(request), expected);
  });
}

// The script is read from inside, and by the machines and its writer from anywhere; by nobody else.
const roleNamed = (name) => `arn:aws:iam::${account}:role/${name}`;
for (const [name, principal, expected] of [
  ['the machines', role.arn, yes], ['the writer', roleNamed('prod--research--hyperpod-files--us-east-1'), yes], ['another role', roleNamed('other'), no],
]) {
  test(`the script is read from elsewhere by ${name}: ${expected}`, async () => {
    const request = {
      principal, identity: everything, action: 's3:GetObject', resource: `${scripts}/scripts/on_init_complete.sh`, owner: account,
      resourcePolicy: policyOf(scripts), context: {},
    };
    await possible(request);
    assert.equal(await allowed(request), expected);
  });
}

for (const [name, service, owner, expected] of [
  ['SageMaker, here', 'sagemaker.amazonaws.com', account, yes], ['SageMaker, elsewhere', 'sagemaker.amazonaws.com', '999988887777', no],
  ['another service', 'ec2.amazonaws.com', account, no],
]) {
  test(`the role is assumed by ${name}: ${expected}`, async () => {
    const context = { 'aws:SourceAccount': owner, 'aws:SourceArn': `arn:aws:sagemaker:${region}:${owner}:cluster/x` };
    assert.equal(await allowed({ principal: service, action: 'sts:AssumeRole', resource: role.arn, context, identity: everything, resourcePolicy: role.trust }), expected);
  });
}

test('the cluster is a request that AWS takes', () => {
  const { status, stdout, stderr } = spawnSync('.venv/bin/python', ['checks/asl/requests.py'], {
    input: JSON.stringify([['sagemaker', 'CreateCluster', cluster]]), encoding: 'utf8',
  });
  assert.equal(status, 0, stdout + stderr);
});

test('machines start when they reach what they need, and find their script', () => {
  const { dependsOn } = find('AWS::SageMaker::Cluster', 'Research');
  for (const rule of ['FromMembers', 'ToMembers', 'ToEndpoints', 'EndpointsFromMembers', 'ToLustre988', 'LustreFrom988']) {
    assert.ok(dependsOn.some((id) => id.startsWith(`ResearchWays${rule}`)), `the cluster does not wait for ${rule}`);
  }
  for (const { LifeCycleConfig: { SourceS3Uri, OnInitComplete } } of cluster.InstanceGroups) {
    const [{ Path }] = find('Custom::Files', 'Research').properties.Files;
    assert.equal(`${SourceS3Uri}${OnInitComplete}`.replace('s3://', 'arn:aws:s3:::'), `${scripts}/${Path}`);
  }
});

test('machines speak to each other, the endpoints, S3 and Lustre, and to nobody else', () => {
  const own = find('AWS::EC2::SecurityGroup', 'ResearchMachinesGroup');
  const peers = resources(dir, 'AWS::EC2::SecurityGroupEgress').filter((r) => r.properties.GroupId === own.values.GroupId)
    .map(({ properties: p }) => [p.DestinationSecurityGroupId, p.IpProtocol, p.FromPort, p.ToPort]);
  const [lustre] = resources(dir, 'AWS::EC2::SecurityGroup').filter((g) => g.id.startsWith('LustreGroup')).map((g) => g.values.GroupId);
  const [ends] = resources(dir, 'AWS::EC2::SecurityGroup').filter((g) => g.id.startsWith('NetworkEndpoints')).map((g) => g.values.GroupId);
  assert.deepEqual(peers.map(String).sort(), [
    [own.values.GroupId, '-1', undefined, undefined], [ends, 'tcp', 443, 443], [lustre, 'tcp', 988, 988], [lustre, 'tcp', 1018, 1023],
  ].map(String).sort());
  const into = (group) => resources(dir, 'AWS::EC2::SecurityGroupIngress').map((r) => r.properties)
    .filter((p) => p.GroupId === group && p.SourceSecurityGroupId === own.values.GroupId).map((p) => [p.IpProtocol, p.FromPort, p.ToPort]);
  const back = resources(dir, 'AWS::EC2::SecurityGroupEgress').map((r) => r.properties)
    .filter((p) => p.GroupId === lustre && p.DestinationSecurityGroupId === own.values.GroupId).map((p) => p.FromPort);
  assert.deepEqual([into(ends), into(lustre).sort(), back.sort()], [[['tcp', 443, 443]], [['tcp', 1018, 1023], ['tcp', 988, 988]], [1018, 988]]);
  assert.deepEqual(own.properties.SecurityGroupEgress.map((r) => [r.DestinationPrefixListId, r.ToPort]), [['pl-63a5400a', 443]]);
});
