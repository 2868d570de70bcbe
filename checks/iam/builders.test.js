// What the roles of the builds, the mirror and the promotion may do, each statement of them, and who may assume them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { account, arn, resources } from '../assembly.js';
import { testRole } from './roles.js';
import { allowed, delegating, everybody, everything } from './simulator.js';
import { storesOf } from './stores.js';
import { codeartifact, dir, image, machine, pkg, profile, region, repository, role, topic } from './supplychain.js';

const stack = 'Tools';
const of = (type) => resources(dir, type).filter((r) => r.stack === stack);
const { Records } = storesOf(dir, stack);
const subnet = arn('ec2', `subnet/${of('AWS::EC2::Subnet')[0].values.Ref}`);
const group = arn('ec2', `security-group/${of('AWS::EC2::SecurityGroup').find((g) => g.id.startsWith('NetworkJobs')).values.Ref}`);
const topicKey = of('AWS::KMS::Key').find((k) => k.properties.Description === 'Promotions').values.Arn;
const otherSubnet = arn('ec2', 'subnet/subnet-0123456789abcdef0');
const networkInterface = arn('ec2', 'network-interface/eni-0123456789abcdef0');
const pull = ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'];
const push = ['ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload', 'ecr:PutImage'];
const viaS3 = { 'kms:ViaService': `s3.${region}.amazonaws.com` };
const viaSNS = { 'kms:ViaService': `sns.${region}.amazonaws.com` };
const ofCodeArtifact = { 'sts:AWSServiceName': 'codeartifact.amazonaws.com' };
const inSubnet = { 'ec2:Subnet': subnet };
const inOther = { 'ec2:Subnet': otherSubnet };
const toBuild = { 'ec2:AuthorizedService': 'codebuild.amazonaws.com' };
const pytorch = `arn:aws:ecr:${region}:763104351884:repository/pytorch-training`;
const records = (path) => `${Records.arn}/${path}`;
const writesRecords = [
  ['writes a record', ['s3:PutObject', 's3:AbortMultipartUpload'], records('images/x/build.json'), true],
  ['encrypts it', ['kms:GenerateDataKey', 'kms:Decrypt'], Records.key.arn, true, viaS3],
  ['encrypts by itself', 'kms:GenerateDataKey', Records.key.arn, false],
  ['decrypts by itself', 'kms:Decrypt', Records.key.arn, false],
  ['writes elsewhere', 's3:PutObject', records('other/x'), false],
  ['deletes a record', 's3:DeleteObject', records('images/x/build.json'), false],
];

// Every project: its tools, its log, its network, and nothing that could become more.
const everyProject = (name) => {
  const log = arn('logs', `log-group:/aws/codebuild/${name}`);
  return [
    ['logs in to ECR', 'ecr:GetAuthorizationToken', '*', true],
    ['pulls its tools', pull, image('mirror/tools'), true],
    ['changes its tools', 'ecr:PutImage', image('mirror/tools'), false],
    ['writes its log', ['logs:CreateLogStream', 'logs:PutLogEvents'], `${log}:log-stream:x`, true],
    ['writes another log', 'logs:PutLogEvents', arn('logs', 'log-group:/aws/codebuild/other:log-stream:x'), false],
    ['makes an interface in its subnet', 'ec2:CreateNetworkInterface', subnet, true],
    ['makes an interface in its group', 'ec2:CreateNetworkInterface', group, true],
    ['makes the interface', 'ec2:CreateNetworkInterface', networkInterface, true],
    ['makes one in another subnet', 'ec2:CreateNetworkInterface', otherSubnet, false],
    ['deletes it', 'ec2:DeleteNetworkInterface', networkInterface, true, inSubnet],
    ['deletes one elsewhere', 'ec2:DeleteNetworkInterface', networkInterface, false, inOther],
    ['hands it to CodeBuild', 'ec2:CreateNetworkInterfacePermission', networkInterface, true, { ...inSubnet, ...toBuild }],
    ['hands on one elsewhere', 'ec2:CreateNetworkInterfacePermission', networkInterface, false, { ...inOther, ...toBuild }],
    ['hands it to another service', 'ec2:CreateNetworkInterfacePermission', networkInterface, false,
      { ...inSubnet, 'ec2:AuthorizedService': 'lambda.amazonaws.com' }],
    ['takes it back', 'ec2:DeleteNetworkInterfacePermission', networkInterface, true, inSubnet],
    ['takes back one elsewhere', 'ec2:DeleteNetworkInterfacePermission', networkInterface, false, inOther],
    ['looks at the network', ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeVpcs', 'ec2:DescribeDhcpOptions', 'ec2:DescribeSubnets',
      'ec2:DescribeSecurityGroups'], '*', true],
    ['makes a role', 'iam:CreateRole', `arn:aws:iam::${account}:role/x`, false],
    ['hands on its role', 'iam:PassRole', `arn:aws:iam::${account}:role/x`, false],
    ['starts a job', 'sagemaker:CreateTrainingJob', arn('sagemaker', 'training-job/x'), false],
    ['changes a project', 'codebuild:UpdateProject', arn('codebuild', `project/${name}`), false],
    ['opens a repository', 'ecr:SetRepositoryPolicy', image('image/churn/dev'), false],
  ];
};
// AWS lets everybody pull its own images; a key leaves all to the role here, so that the role's own conditions show.
function policyOf(resource) {
  if (resource.startsWith(pytorch)) return everybody;
  if (resource.startsWith('arn:aws:kms:')) return delegating;
  return resource.startsWith(Records.arn) ? Records.policy : undefined;
}
const around = ({ resource }) => ({ owner: resource.split(':')[4] || account, resourcePolicy: policyOf(resource) });
// Projects stand in the network; Step Functions does not.
const inNetwork = (request) => ({ ...around(request), ...(request.resource.startsWith(Records.arn) && { context: { 'aws:SourceVpce': Records.endpoint.id } }) });
testRole(role(stack, 'ChurnBuilder'), [
  ...everyProject('acme--image--churn'), ...writesRecords,
  ['pulls its base', pull, image('mirror/pytorch'), true],
  ['changes its base', 'ecr:PutImage', image('mirror/pytorch'), false],
  ['pushes its image', push, image('image/churn/dev'), true],
  ['looks at it', ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:DescribeImages', 'ecr:DescribeImageScanFindings',
    'ecr:DescribeImageSigningStatus'], image('image/churn/dev'), true],
  ['asks Inspector', ['inspector2:ListFindings', 'inspector2:ListCoverage'], '*', true],
  ['signs it', 'signer:SignPayload', profile, true],
  ['signs as another', 'signer:SignPayload', arn('signer', '/signing-profiles/other'), false],
  ['pushes into staging', push, image('image/churn/staging'), false],
  ['pushes into prod', push, image('image/churn/prod'), false],
  ['deletes its image', 'ecr:BatchDeleteImage', image('image/churn/dev'), false],
  ['gets a token', 'codeartifact:GetAuthorizationToken', codeartifact('domain/acme'), true],
  ['bears it', 'sts:GetServiceBearerToken', '*', true, ofCodeArtifact],
  ['bears another', 'sts:GetServiceBearerToken', '*', false, { 'sts:AWSServiceName': 'sso.amazonaws.com' }],
  ['installs packages', ['codeartifact:GetRepositoryEndpoint', 'codeartifact:ReadFromRepository'], repository('dev'), true],
  ['installs packages of prod', 'codeartifact:ReadFromRepository', repository('prod'), false],
  ['publishes packages', 'codeartifact:PublishPackageVersion', pkg('dev'), false],
  ['reads its source', 's3:GetObject', records('sources/churn/source.zip'), true],
  ['finds its source', 's3:ListBucket', Records.arn, true, { 's3:prefix': 'sources/churn/' }],
  ['reads a version of it', 's3:GetObjectVersion', records('sources/churn/source.zip'), true],
  ['reads a version of a record', 's3:GetObjectVersion', records('images/x/build.json'), false],
  ['looks up its bucket', ['s3:GetBucketAcl', 's3:GetBucketLocation'], Records.arn, true],
  ['finds all', 's3:ListBucket', Records.arn, false, { 's3:prefix': '' }],
  ['changes its source', 's3:PutObject', records('sources/churn/source.zip'), false],
  ['reads records', 's3:GetObject', records('images/x/build.json'), false],
], inNetwork);

testRole(role(stack, 'MirrorRole'), [
  ...everyProject('acme--mirror'),
  ["pulls AWS's image", pull, pytorch, true],
  ["pulls another of AWS's", pull, `arn:aws:ecr:${region}:763104351884:repository/other`, false],
  ['pushes it into the mirror', [...push, 'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:DescribeImages'], image('mirror/pytorch'), true],
  ['pushes into an image', push, image('image/churn/dev'), false],
  ['reads packages', 'codeartifact:ReadFromRepository', repository('dev'), false],
  ['reads records', 's3:GetObject', records('images/x/build.json'), false],
], inNetwork);

testRole(role(stack, 'PromotionCheckRole'), [
  ...everyProject('acme--check'), ...writesRecords,
  ['asks Inspector', 'inspector-scan:ScanSbom', '*', true],
  ['reads packages', 'codeartifact:ReadFromRepository', repository('dev'), false],
  ['pushes into an image', push, image('image/churn/dev'), false],
], inNetwork);

testRole(role(stack, 'PromotionCheckImageRole'), [
  ...everyProject('acme--check-image'),
  ...['dev', 'staging'].map((s) => [`sees what scanning found in ${s}`, ['ecr:DescribeImageScanFindings', 'ecr:DescribeImages'], image(`image/churn/${s}`), true]),
  ['asks Inspector', ['inspector2:ListFindings', 'inspector2:ListCoverage'], '*', true],
  ['pulls from dev', 'ecr:BatchGetImage', image('image/churn/dev'), false],
  ['pushes into an image', push, image('image/churn/dev'), false],
  ['writes a record', 's3:PutObject', records('images/x/build.json'), false],
], inNetwork);

testRole(role(stack, 'PromotionCopyRole'), [
  ...everyProject('acme--copy'),
  ['pulls from dev', pull, image('image/churn/dev'), true],
  ['pulls from staging', pull, image('image/churn/staging'), true],
  ['pushes into staging', [...push, 'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:DescribeImages'], image('image/churn/staging'), true],
  ['pushes into prod', [...push, 'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:DescribeImages'], image('image/churn/prod'), true],
  ...['dev', 'staging', 'prod'].map((s) => [`sees the signatures of ${s}`, 'ecr:DescribeImageSigningStatus', image(`image/churn/${s}`), true]),
  ['signs the copy', 'signer:SignPayload', profile, true],
  ['pushes into dev', push, image('image/churn/dev'), false],
  ['pushes another image', push, image('image/other/prod'), false],
  ['deletes', 'ecr:BatchDeleteImage', image('image/churn/prod'), false],
], inNetwork);

const project = (name) => arn('codebuild', `project/${name}`);
testRole(role(stack, 'PromotionRole'), [
  ...writesRecords,
  ['finds packages of dev', 'codeartifact:DescribePackageVersion', pkg('dev'), true],
  ['finds packages of staging', 'codeartifact:DescribePackageVersion', pkg('staging'), true],
  ['reads dev', 'codeartifact:ReadFromRepository', repository('dev'), true],
  ['reads staging', 'codeartifact:ReadFromRepository', repository('staging'), true],
  ['reads the public', 'codeartifact:ReadFromRepository', repository('public-pypi'), false],
  ...['staging', 'prod'].flatMap((s) => [repository(s), pkg(s)].map((to) => [`copies into ${s}`, 'codeartifact:CopyPackageVersions', to, true])),
  ['copies into dev', 'codeartifact:CopyPackageVersions', repository('dev'), false],
  ['publishes', 'codeartifact:PublishPackageVersion', pkg('prod'), false],
  ['deletes', 'codeartifact:DeletePackageVersions', pkg('prod'), false],
  ['pushes an image', push, image('image/churn/prod'), false],
  ...['acme--check', 'acme--check-image', 'acme--copy'].map((name) => [`runs ${name}`, ['codebuild:StartBuild', 'codebuild:StopBuild', 'codebuild:BatchGetBuilds'], project(name), true]),
  ['runs another build', 'codebuild:StartBuild', project('acme--image--churn'), false],
  ['hears of its end', ['events:PutRule', 'events:PutTargets', 'events:DescribeRule'],
    arn('events', 'rule/StepFunctionsGetEventForCodeBuildStartBuildRule'), true],
  ['changes another rule', 'events:PutRule', arn('events', 'rule/other'), false],
  ['tells', 'sns:Publish', topic, true],
  ['tells others', 'sns:Publish', arn('sns', 'other'), false],
  ['encrypts what it tells', ['kms:GenerateDataKey', 'kms:Decrypt'], topicKey, true, viaSNS],
  ['encrypts by itself', 'kms:GenerateDataKey', topicKey, false],
  ['finds a list of materials', 's3:GetObject', records('images/x/sbom.cdx.json'), true],
  ['finds that there is none', 's3:ListBucket', Records.arn, true, { 's3:prefix': 'images/x/sbom.cdx.json' }],
  ['finds all', 's3:ListBucket', Records.arn, false, { 's3:prefix': '' }],
  ['reads a source', 's3:GetObject', records('sources/churn/source.zip'), false],
  ['logs its executions', ['logs:CreateLogDelivery', 'logs:GetLogDelivery', 'logs:UpdateLogDelivery', 'logs:DeleteLogDelivery',
    'logs:ListLogDeliveries', 'logs:PutResourcePolicy', 'logs:DescribeResourcePolicies', 'logs:DescribeLogGroups'], '*', true],
  ['traces them', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'], '*', true],
], around);

// Who asks can't approve, who approves can't ask, and who publishes gets at the team's own names of dev only.
const execution = `${machine.replace(':stateMachine:', ':execution:')}:x`;
testRole(role(stack, 'Scientist'), [
  ['asks', ['states:StartExecution', 'states:ListExecutions'], machine, true],
  ['looks how it ends', ['states:DescribeExecution', 'states:GetExecutionHistory'], execution, true],
  ['approves', ['states:SendTaskSuccess', 'states:SendTaskFailure'], '*', false],
  ['changes the machine', 'states:UpdateStateMachine', machine, false],
  ['copies by itself', 'codeartifact:CopyPackageVersions', pkg('prod'), false],
], around);
testRole(role(stack, 'Reviewer'), [
  ['answers', ['states:SendTaskSuccess', 'states:SendTaskFailure'], '*', true],
  ['asks', 'states:StartExecution', machine, false],
], around);
testRole(role(stack, 'Publisher'), [
  ['gets a token', 'codeartifact:GetAuthorizationToken', codeartifact('domain/acme'), true],
  ['bears it', 'sts:GetServiceBearerToken', '*', true, ofCodeArtifact],
  ['bears another', 'sts:GetServiceBearerToken', '*', false, { 'sts:AWSServiceName': 'sso.amazonaws.com' }],
  ['finds dev', ['codeartifact:GetRepositoryEndpoint', 'codeartifact:ReadFromRepository'], repository('dev'), true],
  ["publishes the team's own", ['codeartifact:PublishPackageVersion', 'codeartifact:PutPackageMetadata'], pkg('dev', 'npm/acme/x'), true],
  ["publishes the team's own of Python", 'codeartifact:PublishPackageVersion', pkg('dev', 'pypi/none/acme-models'), true],
  ['publishes another', 'codeartifact:PublishPackageVersion', pkg('dev', 'npm/types/node'), false],
  ['publishes into prod', 'codeartifact:PublishPackageVersion', pkg('prod', 'npm/acme/x'), false],
  ['reads prod', 'codeartifact:ReadFromRepository', repository('prod'), false],
], around);

// Confused deputies: CodeBuild for another project or account, Step Functions of another account.
for (const { id, properties, values } of of('AWS::IAM::Role')) {
  const [{ Principal, Condition }] = properties.AssumeRolePolicyDocument.Statement;
  if (!['codebuild.amazonaws.com', 'states.amazonaws.com'].includes(Principal.Service)) continue;
  const own = Condition.ArnEquals?.['aws:SourceArn'] ?? arn('states', 'stateMachine:x');
  for (const [name, source, from, expected] of [
    ['its own', own, account, true], ['another account', own.replace(account, '999988887777'), '999988887777', false],
    ['nobody in particular', undefined, undefined, false],
    ['another project', own.replace(/[^/:]+$/, 'other'), account, Principal.Service === 'states.amazonaws.com'],
  ]) {
    test(`${id} is assumed for ${name}: ${expected}`, async () => {
      const context = { ...(source && { 'aws:SourceArn': source }), ...(from && { 'aws:SourceAccount': from }) };
      assert.equal(await allowed({
        principal: Principal.Service, action: 'sts:AssumeRole', resource: values.Arn, context, identity: everything,
        resourcePolicy: properties.AssumeRolePolicyDocument,
      }), expected);
    });
  }
}
