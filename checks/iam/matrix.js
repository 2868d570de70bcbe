// Who may do what: every role of the reference app in dev, and requests that some of them need and others must not make.
// Run it to print the table: node checks/iam/matrix.js
import { account, arn, region, resources } from '../assembly.js';
import { endpoints, referenceApp } from './endpoints.js';
import { allowed } from './simulator.js';
import { storesOf } from './stores.js';

const stacks = ['dev/Foundation', 'dev/Training'];
const of = (type) => resources(referenceApp, type).filter((r) => stacks.includes(r.stack));
const managed = of('AWS::IAM::ManagedPolicy');
const document = (arns) => ({
  Version: '2012-10-17',
  Statement: arns.flatMap((a) => managed.find((p) => p.values.Ref === a).properties.PolicyDocument.Statement),
});

// roles are all of both stacks: a short name, the ARN, what is attached, the boundary, and who may assume it.
export const roles = of('AWS::IAM::Role').map(({ id, values, properties }) => ({
  name: id.replace(/Role[0-9A-F]{8}$/, '').replace(/^Network/, ''), arn: values.Arn,
  identity: document(properties.ManagedPolicyArns ?? []),
  boundary: properties.PermissionsBoundary && document([properties.PermissionsBoundary]), trust: properties.AssumeRolePolicyDocument,
}));

const stores = storesOf(referenceApp, 'dev/Foundation');
const { Datasets, Features, Models, AccessLogs } = stores;
const endpoint = endpoints(referenceApp).find((e) => e.stack === 'dev/Foundation' && e.service === 's3');
const subnets = of('AWS::EC2::Subnet').map((s) => s.values.Ref);
const [group] = of('AWS::EC2::SecurityGroup').filter((g) => g.id.startsWith('NetworkJobs')).map((g) => g.values.Ref);
const role = (name) => roles.find((r) => r.name === name).arn;
const job = (name) => arn('sagemaker', `training-job/${name}`);
const [machine] = of('AWS::StepFunctions::StateMachine').filter((m) => m.id.startsWith('XGBoostStateMachine')).map((m) => m.values.Ref);
const execution = machine.replace(':stateMachine:', ':execution:') + ':x';
const inside = { 'aws:SourceVpce': endpoint.id };
const viaS3 = { 'kms:ViaService': `s3.${region}.amazonaws.com` };
const good = {
  'sagemaker:VpcSubnets': subnets, 'sagemaker:VpcSecurityGroupIds': [group], 'sagemaker:NetworkIsolation': 'true',
  'sagemaker:InterContainerTrafficEncryption': 'true', 'sagemaker:VolumeKmsKeyArn': Models.key.arn, 'sagemaker:OutputKmsKeyArn': Models.key.arn,
  'sagemaker:InstanceTypes': ['ml.m5.xlarge'], 'sagemaker:MaxRuntimeInSeconds': '3600', 'aws:RequestTag/Environment': 'dev',
};
const toSageMaker = { 'iam:PassedToService': 'sagemaker.amazonaws.com' };
const jobLog = (stream) => arn('logs', `log-group:/aws/sagemaker/TrainingJobs:log-stream:${stream}`);

// name, action, resource, context
export const requests = [
  ['reads training data', 's3:GetObject', `${Datasets.arn}/xgboost/train/x`, inside],
  ['reads training data from outside', 's3:GetObject', `${Datasets.arn}/xgboost/train/x`],
  ['reads data of another team', 's3:GetObject', `${Datasets.arn}/salaries/x`, inside],
  ['reads features', 's3:GetObject', `${Features.arn}/x`, inside],
  ['finds training data', 's3:ListBucket', Datasets.arn, { ...inside, 's3:prefix': 'xgboost/train/' }],
  ['finds all data', 's3:ListBucket', Datasets.arn, { ...inside, 's3:prefix': '' }],
  ['adds training data', 's3:PutObject', `${Datasets.arn}/xgboost/train/x`, inside],
  ['deletes training data', 's3:DeleteObject', `${Datasets.arn}/xgboost/train/x`, inside],
  ['deletes a version from outside', 's3:DeleteObjectVersion', `${Datasets.arn}/xgboost/train/x`],
  ['writes a model', 's3:PutObject', `${Models.arn}/xgboost/x`, inside],
  ['reads a model', 's3:GetObject', `${Models.arn}/xgboost/x`, inside],
  ['writes another model', 's3:PutObject', `${Models.arn}/other/x`, inside],
  ['reads access logs', 's3:GetObject', `${AccessLogs.arn}/x`, inside],
  ['deletes access logs', 's3:DeleteObjectVersion', `${AccessLogs.arn}/x`],
  ['opens a bucket', 's3:PutBucketPolicy', Datasets.arn],
  ['makes a bucket public', 's3:PutBucketPublicAccessBlock', Datasets.arn],
  ['writes to a bucket elsewhere', 's3:PutObject', 'arn:aws:s3:::elsewhere/x', inside, '999988887777'],
  ['decrypts data through S3', 'kms:Decrypt', Datasets.key.arn, viaS3],
  ['decrypts data by itself', 'kms:Decrypt', Datasets.key.arn],
  ['encrypts data through S3', 'kms:GenerateDataKey', Datasets.key.arn, viaS3],
  ['decrypts a model through S3', 'kms:Decrypt', Models.key.arn, viaS3],
  ['encrypts a model through S3', 'kms:GenerateDataKey', Models.key.arn, viaS3],
  ['encrypts a volume', 'kms:CreateGrant', Models.key.arn, { 'kms:GrantIsForAWSResource': 'true' }],
  ['deletes a key', 'kms:ScheduleKeyDeletion', Datasets.key.arn],
  ['saves a key', 'kms:CancelKeyDeletion', Datasets.key.arn],
  ['starts a good job', 'sagemaker:CreateTrainingJob', job('dev--xgboost--0'), good],
  ['starts a good job by hand', 'sagemaker:CreateTrainingJob', job('dev--mine'), good],
  ['starts a good tuning job', 'sagemaker:CreateHyperParameterTuningJob', arn('sagemaker', 'hyper-parameter-tuning-job/dev--x'), good],
  ['starts a good processing job', 'sagemaker:CreateProcessingJob', arn('sagemaker', 'processing-job/dev--x'), good],
  ['looks at a tuning job', 'sagemaker:DescribeHyperParameterTuningJob', arn('sagemaker', 'hyper-parameter-tuning-job/dev--x')],
  ['looks at a processing job', 'sagemaker:DescribeProcessingJob', arn('sagemaker', 'processing-job/dev--x')],
  ['starts a job of prod', 'sagemaker:CreateTrainingJob', job('prod--x'), { ...good, 'aws:RequestTag/Environment': 'prod' }],
  ['starts a job without a network', 'sagemaker:CreateTrainingJob', job('dev--xgboost--0'),
    Object.fromEntries(Object.entries(good).filter(([k]) => !k.includes('Vpc')))],
  ['starts a job with a large machine', 'sagemaker:CreateTrainingJob', job('dev--xgboost--0'), { ...good, 'sagemaker:InstanceTypes': ['ml.p5.48xlarge'] }],
  ['starts a job that never ends', 'sagemaker:CreateTrainingJob', job('dev--xgboost--0'), { ...good, 'sagemaker:MaxRuntimeInSeconds': '86400' }],
  ['starts a notebook', 'sagemaker:CreateNotebookInstance', arn('sagemaker', 'notebook-instance/x'), { 'sagemaker:DirectInternetAccess': 'Disabled' }],
  ['looks at a job', 'sagemaker:DescribeTrainingJob', job('dev--xgboost--0')],
  ['looks at a job of prod', 'sagemaker:DescribeTrainingJob', job('prod--x')],
  ['looks at a job of dev-eu', 'sagemaker:DescribeTrainingJob', job('dev-eu--x')],
  ['stops a job', 'sagemaker:StopTrainingJob', job('dev--xgboost--0')],
  ['stops a job of dev-eu', 'sagemaker:StopTrainingJob', job('dev-eu--x')],
  ['lists jobs', 'sagemaker:ListTrainingJobs', '*'],
  ['changes a job: a shell in it', 'sagemaker:UpdateTrainingJob', job('dev--xgboost--0'), { 'sagemaker:EnableRemoteDebug': 'true' }],
  ['takes the tag of the environment off', 'sagemaker:DeleteTags', job('dev--xgboost--0'), { 'aws:TagKeys': ['Environment'] }],
  ["hands on the job's role", 'iam:PassRole', role('XGBoostJob'), toSageMaker],
  ["hands the job's role to another service", 'iam:PassRole', role('XGBoostJob'), { 'iam:PassedToService': 'lambda.amazonaws.com' }],
  ['hands on a stronger role', 'iam:PassRole', role('BreakGlass'), toSageMaker],
  ['starts the workflow', 'states:StartExecution', machine],
  ['stops a run of the workflow', 'states:StopExecution', execution],
  ['looks at the workflow', 'states:DescribeStateMachine', machine],
  ['changes the workflow', 'states:UpdateStateMachine', machine],
  ["reads a job's log", 'logs:GetLogEvents', jobLog('dev--xgboost--0/algo-1')],
  ["finds the logs of jobs", 'logs:DescribeLogStreams', arn('logs', 'log-group:/aws/sagemaker/TrainingJobs:*')],
  ["reads the log of dev-eu's job", 'logs:GetLogEvents', jobLog('dev-eu--x/algo-1')],
  ["reads the log of prod's job", 'logs:GetLogEvents', jobLog('prod--x/algo-1')],
  ["writes a job's log", 'logs:PutLogEvents', jobLog('dev--xgboost--0/algo-1')],
  ['deletes logs', 'logs:DeleteLogGroup', arn('logs', 'log-group:/aws/sagemaker/TrainingJobs')],
  ['sends metrics of jobs', 'cloudwatch:PutMetricData', '*', { 'cloudwatch:namespace': '/aws/sagemaker/TrainingJobs' }],
  ['looks at metrics', 'cloudwatch:GetMetricData', '*'],
  ["pulls an image", 'ecr:BatchGetImage', `arn:aws:ecr:${region}:683313688378:repository/sagemaker-xgboost`, undefined, '683313688378'],
  ['pushes an image', 'ecr:PutImage', arn('ecr', 'repository/x')],
  ['starts a machine', 'ec2:RunInstances', arn('ec2', 'instance/*')],
  ['lends its network interface', 'ec2:CreateNetworkInterface', arn('ec2', `subnet/${subnets[0]}`)],
  ['opens the group of the jobs', 'ec2:AuthorizeSecurityGroupEgress', arn('ec2', `security-group/${group}`)],
  ['reads a secret', 'secretsmanager:GetSecretValue', arn('secretsmanager', 'secret:x')],
  ['assumes another role', 'sts:AssumeRole', role('BreakGlass')],
  ['makes a role', 'iam:CreateRole', `arn:aws:iam::${account}:role/x`],
];

const everyone = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }] };

// decide is the answer to a request of a role, with the policies of what it is about.
export function decide(by, [, action, resource, context, owner]) {
  const store = Object.values(stores).find((s) => resource === s.arn || resource.startsWith(`${s.arn}/`));
  const key = Object.values(stores).find((s) => s.key?.arn === resource)?.key;
  return allowed({
    principal: by.arn, action, resource, context: { 'aws:PrincipalIsAWSService': 'false', ...context },
    identity: by.identity, boundary: by.boundary, owner: owner ?? (resource.startsWith('arn:aws:s3') ? account : undefined),
    resourcePolicy: store?.policy ?? key?.policy ?? (owner && action.startsWith('ecr:') ? everyone : undefined),
  });
}

// matrix is the table as a text: a line a request, a column a role.
export async function matrix() {
  const names = roles.map((r) => r.name);
  const width = Math.max(...requests.map(([name]) => name.length));
  const lines = [`${' '.repeat(width)}  ${names.join('  ')}`];
  for (const request of requests) {
    const cells = [];
    for (const by of roles) cells.push((await decide(by, request) ? 'yes' : '-').padEnd(by.name.length));
    lines.push(`${request[0].padEnd(width)}  ${cells.join('  ')}`.trimEnd());
  }
  return `${lines.join('\n')}\n`;
}

if (process.argv[1]?.endsWith('matrix.js')) process.stdout.write(await matrix());
