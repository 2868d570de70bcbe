// Two teams of one environment: each does its own work, and gets at nothing of the other's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { account, arn, region, resources } from '../assembly.js';
import { endpoints } from './endpoints.js';
import { allowed, delegating, everybody, everything, possible } from './simulator.js';
import { storesOf } from './stores.js';

const dir = process.env.TEAMS ?? 'examples/two-teams/cdk.out';
const stack = 'Teams';
const managed = resources(dir, 'AWS::IAM::ManagedPolicy');
const document = (arns) => ({
  Version: '2012-10-17', Statement: arns.flatMap((a) => managed.find((p) => p.values.Ref === a).properties.PolicyDocument.Statement),
});
function roleOf(name) {
  const { values, properties } = resources(dir, 'AWS::IAM::Role').find((r) => r.id.startsWith(name));
  const team = properties.Tags?.find((t) => t.Key === 'Team')?.Value;
  return {
    arn: values.Arn, identity: document(properties.ManagedPolicyArns), boundary: document([properties.PermissionsBoundary]),
    trust: properties.AssumeRolePolicyDocument, tags: team && { 'aws:PrincipalTag/Team': team },
  };
}
const roles = Object.fromEntries(['Launcher', 'Job', 'Pipeline'].flatMap((n) => [`Red${n}`, `Blue${n}`]).map((name) => [name, roleOf(name)]));
const { Data, Models } = storesOf(dir, stack);
const s3 = endpoints(dir).find((e) => e.service === 's3');
const subnets = resources(dir, 'AWS::EC2::Subnet').map((s) => s.values.Ref);
const [group] = resources(dir, 'AWS::EC2::SecurityGroup').filter((g) => g.id.startsWith('NetworkJobs')).map((g) => g.values.Ref);
const job = (name) => arn('sagemaker', `training-job/dev---${name}`);
const log = (name) => arn('logs', `log-group:/aws/sagemaker/TrainingJobs:log-stream:dev---${name}/algo-1`);
const pipelineJob = arn('sagemaker', 'training-job/pipelines-0123456789ab-Train-0123456789');
const image = (team) => arn('ecr', `repository/${team}`);
const tagged = (team) => ({
  'sagemaker:VpcSubnets': subnets, 'sagemaker:VpcSecurityGroupIds': [group], 'sagemaker:NetworkIsolation': 'true',
  'sagemaker:InterContainerTrafficEncryption': 'true', 'sagemaker:VolumeKmsKeyArn': Models.key.arn, 'sagemaker:OutputKmsKeyArn': Models.key.arn,
  'sagemaker:InstanceTypes': ['ml.m5.xlarge'], 'sagemaker:MaxRuntimeInSeconds': '3600', 'aws:RequestTag/Environment': 'dev', 'aws:RequestTag/Team': team,
});
const ofTeam = (team) => ({ 'aws:ResourceTag/Team': team });
const pipelined = (team, environment = 'dev') => ({ ...ofTeam(team), 'aws:ResourceTag/Environment': environment });
const toSageMaker = { 'iam:PassedToService': 'sagemaker.amazonaws.com' };
const prefix = (value) => ({ 's3:prefix': value });
const yes = true;
const no = false;

const requests = [
  // name, role of the red team, action, resource, expected, context
  ['reads its data', 'RedLauncher', 's3:GetObject', `${Data.arn}/red/x`, yes],
  ['writes its data', 'RedLauncher', 's3:PutObject', `${Data.arn}/red/x`, yes],
  ['finds its data', 'RedLauncher', 's3:ListBucket', Data.arn, yes, prefix('red/')],
  ["finds the other's data", 'RedLauncher', 's3:ListBucket', Data.arn, no, prefix('blue/')],
  ['finds everybody', 'RedLauncher', 's3:ListBucket', Data.arn, no, prefix('')],
  ["reads the other's data", 'RedLauncher', 's3:GetObject', `${Data.arn}/blue/x`, no],
  ["writes the other's data", 'RedLauncher', 's3:PutObject', `${Data.arn}/blue/x`, no],
  ["reads the other's models", 'RedLauncher', 's3:GetObject', `${Models.arn}/blue/x`, no],
  ['reads its models', 'RedLauncher', 's3:GetObject', `${Models.arn}/red/x`, yes],
  ['its job reads its data', 'RedJob', 's3:GetObject', `${Data.arn}/red/x`, yes],
  ["its job reads the other's data", 'RedJob', 's3:GetObject', `${Data.arn}/blue/x`, no],
  ['its job writes its model', 'RedJob', 's3:PutObject', `${Models.arn}/red/x`, yes],
  ["its job writes the other's model", 'RedJob', 's3:PutObject', `${Models.arn}/blue/x`, no],
  ['its job pulls its image', 'RedJob', 'ecr:BatchGetImage', image('red'), yes],
  ["its job pulls the other's image", 'RedJob', 'ecr:BatchGetImage', image('blue'), no],
  ['starts a job', 'RedLauncher', 'sagemaker:CreateTrainingJob', job('red--1'), yes, tagged('red')],
  ["starts a job in the other's name", 'RedLauncher', 'sagemaker:CreateTrainingJob', job('blue--1'), no, tagged('red')],
  ["starts a job with the other's tag", 'RedLauncher', 'sagemaker:CreateTrainingJob', job('red--1'), no, tagged('blue')],
  ["hands on its job's role", 'RedLauncher', 'iam:PassRole', roles.RedJob.arn, yes, toSageMaker],
  ["hands on the other's role", 'RedLauncher', 'iam:PassRole', roles.BlueJob.arn, no, toSageMaker],
  ['looks at its job', 'RedLauncher', 'sagemaker:DescribeTrainingJob', job('red--1'), yes, ofTeam('red')],
  ["looks at the other's job", 'RedLauncher', 'sagemaker:DescribeTrainingJob', job('blue--1'), no, ofTeam('blue')],
  ["looks at the other's job that is named like its own", 'RedLauncher', 'sagemaker:DescribeTrainingJob', job('red--1'), no, ofTeam('blue')],
  ['stops its job', 'RedLauncher', 'sagemaker:StopTrainingJob', job('red--1'), yes, ofTeam('red')],
  ["stops the other's job", 'RedLauncher', 'sagemaker:StopTrainingJob', job('blue--1'), no, ofTeam('blue')],
  ["makes the other's job its own", 'RedLauncher', 'sagemaker:AddTags', job('blue--1'), no, { 'aws:TagKeys': ['Team'] }],
  ['gives its job to the other', 'RedLauncher', 'sagemaker:AddTags', job('red--1'), no, { 'aws:TagKeys': ['Team'] }],
  ['starts a job in the name of a team that is called after it', 'RedLauncher', 'sagemaker:CreateTrainingJob', job('red-blue--1'), no, tagged('red')],
  ['stops a job of a team that is called after it', 'RedLauncher', 'sagemaker:StopTrainingJob', job('red-blue--1'), no, ofTeam('red')],
  ['starts a job of no team', 'RedLauncher', 'sagemaker:CreateTrainingJob', arn('sagemaker', 'training-job/dev--red--1'), no, tagged('red')],
  ['its pipeline starts a job', 'RedPipeline', 'sagemaker:CreateTrainingJob', pipelineJob, yes, tagged('red')],
  ["its pipeline starts a job with the other's tag", 'RedPipeline', 'sagemaker:CreateTrainingJob', pipelineJob, no,
    tagged('blue')],
  ['its pipeline stops its job', 'RedPipeline', 'sagemaker:StopTrainingJob', pipelineJob, yes, pipelined('red')],
  ["its pipeline stops the other's job", 'RedPipeline', 'sagemaker:StopTrainingJob', pipelineJob, no, pipelined('blue')],
  ["its pipeline looks at the other's job", 'RedPipeline', 'sagemaker:DescribeTrainingJob', pipelineJob, no, pipelined('blue')],
  ['its pipeline stops a job of another environment', 'RedPipeline', 'sagemaker:StopTrainingJob', pipelineJob, no, pipelined('red', 'prod')],
  ['its pipeline reads a log', 'RedPipeline', 'logs:GetLogEvents',
    arn('logs', 'log-group:/aws/sagemaker/TrainingJobs:log-stream:pipelines-0123456789ab-Train-0123456789/algo-1'), no],
  ["its pipeline hands on its job's role", 'RedPipeline', 'iam:PassRole', roles.RedJob.arn, yes, toSageMaker],
  ["its pipeline hands on the other's role", 'RedPipeline', 'iam:PassRole', roles.BlueJob.arn, no, toSageMaker],
  ['reads its log', 'RedLauncher', 'logs:GetLogEvents', log('red--1'), yes],
  ["reads the other's log", 'RedLauncher', 'logs:GetLogEvents', log('blue--1'), no],
  ['reads the log of a team that is called after it', 'RedLauncher', 'logs:GetLogEvents', log('red-blue--1'), no],
  ['reads the log of a job of no team that is called like it', 'RedLauncher', 'logs:GetLogEvents',
    arn('logs', 'log-group:/aws/sagemaker/TrainingJobs:log-stream:dev--red--1/algo-1'), no],
];

// The other team asks the same of the red one.
const swapped = (value) => JSON.parse(JSON.stringify(value).replaceAll(roles.RedJob.arn, 'JOB').replaceAll(roles.BlueJob.arn, roles.RedJob.arn)
  .replaceAll('JOB', roles.BlueJob.arn).replaceAll(/role\/[^"]*|red|blue|Red|Blue/g,
  (c) => ({ red: 'blue', blue: 'red', Red: 'Blue', Blue: 'Red' })[c] ?? c));

for (const [name, by, action, resource, expected, context] of [...requests, ...requests.map((r) => [`blue: ${r[0]}`, ...swapped(r.slice(1))])]) {
  test(`${name}: ${action} is ${expected ? 'allowed' : 'denied'}`, async () => {
    const store = [Data, Models].find((s) => resource === s.arn || resource.startsWith(`${s.arn}/`));
    const request = {
      principal: roles[by].arn, action, resource, owner: account, endpoint: store && s3.policy,
      context: { 'aws:PrincipalIsAWSService': 'false', ...(store && { 'aws:SourceVpce': s3.id }), ...roles[by].tags, ...context },
      resourcePolicy: store?.policy ?? (action.startsWith('ecr:') ? delegating : undefined),
    };
    await possible({ ...request, resourcePolicy: everybody });
    assert.equal(await allowed({ ...request, identity: roles[by].identity, boundary: roles[by].boundary }), expected);
  });
}

const sso = (set) => `arn:aws:iam::${account}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_${set}_0123456789abcdef`;
// The evaluator knows neither GitHub's provider nor its condition keys: a role and its tags stand in their place.
const provider = `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`;
const workflow = `arn:aws:iam::${account}:role/GitHub`;
const git = (sub, aud = 'sts.amazonaws.com') => ({ 'aws:PrincipalTag/sub': sub, 'aws:PrincipalTag/aud': aud });
const trust = JSON.parse(JSON.stringify(roles.RedLauncher.trust).replaceAll(`{"Federated":"${provider}"}`, `{"AWS":"${workflow}"}`)
  .replaceAll('token.actions.githubusercontent.com:', 'aws:PrincipalTag/'));
const trusted = [
  // name, statement of the trust policy that would have to hold, context, expected
  ['its people', 'aws:PrincipalArn', sso('Team-red'), yes], ["the other's people", 'aws:PrincipalArn', sso('Team-blue'), no],
  ['a permission set that starts the same', 'aws:PrincipalArn', sso('Team-red-admins'), no],
  ['a permission set that ends the same', 'aws:PrincipalArn', sso('X_AWSReservedSSO_Team-red'), no],
  ['its people, signed on in us-east-1', 'aws:PrincipalArn', sso('Team-red').replace('eu-west-1/', ''), yes],
  ['a role that is named like one', 'aws:PrincipalArn', `arn:aws:iam::${account}:role/AWSReservedSSO_Team-red_0123456789abcdef`, no],
  ['its workflow', 'git', git('repo:acme/red:environment:training'), yes],
  ["the other's workflow", 'git', git('repo:acme/blue:environment:training'), no],
  ['a pull request to its repository', 'git', git('repo:acme/red:pull_request'), no],
  ['its workflow in another environment', 'git', git('repo:acme/red:environment:test'), no],
  ['a token for somebody else', 'git', git('repo:acme/red:environment:training', 'somebody.example'), no],
];
for (const [name, how, value, expected] of trusted) {
  test(`${name} ${expected ? 'assumes' : "can't assume"} the launcher's role`, async () => {
    const federated = how === 'git';
    assert.equal(await allowed({
      principal: federated ? workflow : value,
      action: federated ? 'sts:AssumeRoleWithWebIdentity' : 'sts:AssumeRole', resource: roles.RedLauncher.arn,
      identity: everything, context: federated ? value : {}, resourcePolicy: trust,
    }), expected);
  });
}
