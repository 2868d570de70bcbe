// What the machines of a HyperPod cluster with EKS may do besides those with Slurm, through the network's endpoints and under the boundary of
// a guard; whom they speak to; and that the cluster is a request that AWS takes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { account, arn, region, resources } from '../assembly.js';
import { endpoints, referenceApp } from './endpoints.js';
import { roleFor, testRole } from './roles.js';
import { allowed, delegating, everybody, everything } from './simulator.js';

const dir = process.env.HYPERPOD ?? 'examples/complete-hyperpod/cdk.out';
const find = (type, id) => resources(dir, type).find((r) => r.id.startsWith(id));
const cluster = find('AWS::SageMaker::Cluster', 'Fleet');
const role = roleFor('sagemaker.amazonaws.com', dir, 'Nodes', 'FleetRole');
const scripts = find('AWS::S3::Bucket', 'FleetScriptsBucket');
const key = scripts.properties.BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault.KMSMasterKeyID;
const policyOf = (bucket) => resources(dir, 'AWS::S3::BucketPolicy').find((p) => bucket === `arn:aws:s3:::${p.properties.Bucket}`)?.properties.PolicyDocument;
const { VpcConfig, Orchestrator, InstanceGroups } = cluster.properties;
const subnet = arn('ec2', `subnet/${VpcConfig.Subnets[0]}`);
const [groupId] = VpcConfig.SecurityGroupIds;
const group = arn('ec2', `security-group/${groupId}`);
const elsewhere = arn('ec2', 'subnet/subnet-0123456789abcdef0');
const networkInterface = arn('ec2', 'network-interface/eni-0123456789abcdef0');
const machine = arn('ec2', 'instance/i-0123456789abcdef0');
const logs = arn('logs', 'log-group:/aws/sagemaker/Clusters/prod--fleet/x');
const image = (owner, name) => `arn:aws:ecr:${region}:${owner}:repository/${name}`;
const [addOns, agents, foreign] = ['602401143452', '767398015722', '999988887777'];
const pulls = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const inSubnet = { 'ec2:Subnet': subnet };
const outside = { 'ec2:Subnet': elsewhere };
const toSageMaker = { 'ec2:AuthorizedService': 'sagemaker.amazonaws.com' };
const yes = true;
const no = false;

// AWS's repositories let everybody pull; here those of others do too, so that role and endpoint decide.
function policyOn(resource) {
  const [, , service, , owner] = resource.split(':');
  if (service === 'ecr' && owner !== account) return everybody;
  return service === 'kms' ? delegating : policyOf(resource.split('/')[0]);
}
// HyperPod itself hands interfaces to SageMaker, from nowhere in the network.
const atService = /^ec2:(Create|Delete)NetworkInterfacePermission$/;
const through = { s3: 's3', logs: 'logs', cloudwatch: 'monitoring', ssmmessages: 'ssmmessages', ec2: 'ec2', ecr: 'ecr.api', 'eks-auth': 'eks-auth' };
testRole(role, [
  // name, action or actions, resource, expected, context
  ['reads its script', 's3:GetObject', `${scripts.values.Arn}/scripts/on_create.sh`, yes],
  ['finds its script', 's3:ListBucket', scripts.values.Arn, yes, { 's3:prefix': 'scripts/' }],
  ['decrypts its script', 'kms:Decrypt', key, yes, { 'kms:ViaService': `s3.${region}.amazonaws.com` }],
  ['encrypts its volumes', 'kms:CreateGrant', key, yes, { 'kms:GrantIsForAWSResource': 'true' }],
  ['looks at the key of its volumes', 'kms:DescribeKey', key, yes],
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
  ['names, attaches, changes and detaches it', ['ec2:CreateTags', 'ec2:AttachNetworkInterface', 'ec2:ModifyNetworkInterfaceAttribute',
    'ec2:DetachNetworkInterface'], networkInterface, yes, inSubnet],
  ['attaches it to a machine, and detaches it', ['ec2:AttachNetworkInterface', 'ec2:ModifyNetworkInterfaceAttribute', 'ec2:DetachNetworkInterface'], machine, yes],
  ['gives it the group of the machines', 'ec2:ModifyNetworkInterfaceAttribute', group, yes],
  ['gives pods addresses and takes them back', ['ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses'], networkInterface, yes, inSubnet],
  ['looks at the network and machines', ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeVpcs', 'ec2:DescribeDhcpOptions', 'ec2:DescribeSubnets',
    'ec2:DescribeSecurityGroups', 'ec2:DescribeInstances', 'ec2:DescribeInstanceTypes', 'ec2:DescribeTags'], '*', yes],
  ['logs in to ECR', 'ecr:GetAuthorizationToken', '*', yes],
  ['pulls an image of the account', pulls, image(account, 'team/churn'), yes],
  ['pulls an add-on of EKS', pulls, image(addOns, 'amazon-k8s-cni'), yes],
  ["pulls HyperPod's agent", pulls, image(agents, 'hyperpod-health-monitoring-agent'), yes],
  ['gives a pod its role', 'eks-auth:AssumeRoleForPodIdentity', Orchestrator.Eks.ClusterArn, yes],

  ['changes its script', 's3:PutObject', `${scripts.values.Arn}/scripts/on_create.sh`, no],
  ['lists all scripts', 's3:ListBucket', scripts.values.Arn, no],
  ['decrypts its script by itself', 'kms:Decrypt', key, no],
  ['hands its key to anybody', 'kms:CreateGrant', key, no, { 'kms:GrantIsForAWSResource': 'false' }],
  ['sends other metrics', 'cloudwatch:PutMetricData', '*', no, { 'cloudwatch:namespace': 'Billing' }],
  ['makes an interface in another subnet', 'ec2:CreateNetworkInterface', elsewhere, no],
  ['deletes an interface elsewhere', 'ec2:DeleteNetworkInterface', networkInterface, no, outside],
  ['hands on one elsewhere', 'ec2:CreateNetworkInterfacePermission', networkInterface, no, { ...outside, ...toSageMaker }],
  ['hands one to another service', 'ec2:CreateNetworkInterfacePermission', networkInterface, no, { ...inSubnet, 'ec2:AuthorizedService': 'codebuild.amazonaws.com' }],
  ['takes back one elsewhere', 'ec2:DeleteNetworkInterfacePermission', networkInterface, no, outside],
  ['touches one elsewhere', ['ec2:CreateTags', 'ec2:AttachNetworkInterface', 'ec2:ModifyNetworkInterfaceAttribute', 'ec2:DetachNetworkInterface',
    'ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses'], networkInterface, no, outside],
  ['gives one another group', 'ec2:ModifyNetworkInterfaceAttribute', arn('ec2', 'security-group/sg-0123456789abcdef0'), no],
  ['pulls an image from elsewhere', pulls, image(foreign, 'x'), no],
  ["pulls another image of the agent's account", pulls, image(agents, 'x'), no],
  ['pushes an image', ['ecr:PutImage', 'ecr:InitiateLayerUpload'], image(account, 'team/churn'), no],
  ['gives a pod the role of another cluster', 'eks-auth:AssumeRoleForPodIdentity', arn('eks', 'cluster/other'), no],
  ['changes the EKS cluster', ['eks:UpdateClusterConfig', 'eks:CreateAccessEntry'], arn('eks', 'cluster/research'), no],
  ['takes a role itself', 'sts:AssumeRole', `arn:aws:iam::${account}:role/x`, no],
], ({ action, resource }) => {
  const endpoint = atService.test(action) ? undefined : endpoints(dir).find((e) => e.service === through[action.split(':')[0]]);
  return {
    owner: resource.startsWith('arn:aws:s3:::') ? account : undefined, endpoint: endpoint?.policy,
    context: endpoint && { 'aws:SourceVpce': endpoint.id },
    resourcePolicy: policyOn(resource),
  };
});

// A guard's boundary is above the role where there is one.
const boundary = resources(referenceApp, 'AWS::IAM::ManagedPolicy').find((p) => p.id.includes('GuardBoundary')).properties.PolicyDocument;
for (const [action, resource, expected] of [
  ['ec2:AssignPrivateIpAddresses', networkInterface, yes], ['ec2:UnassignPrivateIpAddresses', networkInterface, yes],
  ['ec2:ModifyNetworkInterfaceAttribute', networkInterface, yes], ['ec2:AttachNetworkInterface', machine, yes],
  ['ec2:DescribeInstanceTypes', '*', yes], ['ecr:BatchGetImage', image(addOns, 'amazon-k8s-cni'), yes],
  ['eks-auth:AssumeRoleForPodIdentity', Orchestrator.Eks.ClusterArn, yes],
  ['eks:CreatePodIdentityAssociation', Orchestrator.Eks.ClusterArn, no], ['ec2:AssociateAddress', machine, no],
]) {
  test(`under a boundary ${action} is ${expected ? 'allowed' : 'denied'}`, async () => {
    assert.equal(await allowed({ principal: role.arn, action, resource, context: inSubnet, identity: everything, boundary, resourcePolicy: policyOn(resource) }), expected);
  });
}

test('the cluster is a request that AWS takes', () => {
  const { status, stdout, stderr } = spawnSync('.venv/bin/python', ['checks/asl/requests.py'], {
    input: JSON.stringify([['sagemaker', 'CreateCluster', cluster.properties]]), encoding: 'utf8',
  });
  assert.equal(status, 0, stdout + stderr);
});

test('machines start when they reach what they need, and find their script', () => {
  for (const rule of ['FromMembers', 'ToMembers', 'ToEndpoints', 'ToLustre988', 'ToEKStcp443Out', 'ToEKStcp443In', 'FromEKStcp10250Out', 'FromEKStcp10250In',
    'ToEKSudp53Out', 'FromEKSudp53In']) {
    assert.ok(cluster.dependsOn.some((id) => id.startsWith(`FleetWays${rule}`)), `the cluster does not wait for ${rule}`);
  }
  const [{ Path }] = find('Custom::Files', 'Fleet').properties.Files;
  for (const { LifeCycleConfig: { SourceS3Uri, OnCreate } } of InstanceGroups) {
    assert.equal(`${SourceS3Uri}${OnCreate}`.replace('s3://', 'arn:aws:s3:::'), `${scripts.values.Arn}/${Path}`);
  }
});

test('machines speak to each other, the endpoints, S3, Lustre and EKS, and to nobody else', () => {
  const eks = 'sg-0123456789abcdef0';
  const [lustre] = resources(dir, 'AWS::EC2::SecurityGroup').filter((g) => g.id.startsWith('LustreGroup')).map((g) => g.values.GroupId);
  const [ends] = resources(dir, 'AWS::EC2::SecurityGroup').filter((g) => g.id.startsWith('NetworkEndpoints')).map((g) => g.values.GroupId);
  const names = { [groupId]: 'machines', [eks]: 'EKS', [lustre]: 'Lustre', [ends]: 'endpoints' };
  const rules = (kind, of, from) => resources(dir, `AWS::EC2::SecurityGroup${kind}`).map((r) => r.properties).filter((p) => p[of] === groupId)
    .map((p) => `${names[p[from]]} ${p.IpProtocol} ${p.FromPort ?? ''}`.trim()).sort();
  assert.deepEqual(rules('Egress', 'GroupId', 'DestinationSecurityGroupId'), ['EKS tcp 443', 'EKS tcp 53', 'EKS udp 53', 'Lustre tcp 1018', 'Lustre tcp 988',
    'endpoints tcp 443', 'machines -1']);
  assert.deepEqual(rules('Ingress', 'GroupId', 'SourceSecurityGroupId'), ['EKS tcp 10250', 'EKS tcp 53', 'EKS udp 53', 'Lustre tcp 1018', 'Lustre tcp 988', 'machines -1']);
  assert.deepEqual(rules('Ingress', 'SourceSecurityGroupId', 'GroupId'), ['EKS tcp 443', 'EKS tcp 53', 'EKS udp 53', 'Lustre tcp 1018', 'Lustre tcp 988',
    'endpoints tcp 443', 'machines -1']);
  assert.deepEqual(rules('Egress', 'DestinationSecurityGroupId', 'GroupId'), ['EKS tcp 10250', 'EKS tcp 53', 'EKS udp 53', 'Lustre tcp 1018', 'Lustre tcp 988', 'machines -1']);
  assert.deepEqual(find('AWS::EC2::SecurityGroup', 'FleetMachinesGroup').properties.SecurityGroupEgress.map((r) => [r.DestinationPrefixListId, r.ToPort]), [['pl-63a5400a', 443]]);
});
