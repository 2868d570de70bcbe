// What the role of the reference app's workflow in dev may do: run its own training jobs, and nothing else.
import { account, arn, resources } from '../assembly.js';
import { referenceApp } from './endpoints.js';
import { roleFor, testRole } from './roles.js';
import { delegating } from './simulator.js';

const stack = 'dev/Training';
const role = roleFor('states.amazonaws.com', referenceApp, stack);

const machine = resources(referenceApp, 'AWS::StepFunctions::StateMachine').find((m) => m.stack === stack);
const job = JSON.parse(machine.properties.DefinitionString).States.Train.Parameters;
const [, prefix] = job['TrainingJobName.$'].match(/States\.Format\('([^']*)\{\}'/);
const ownJob = arn('sagemaker', `training-job/${prefix}0123456789abcdef0123456789abcdef`);
const jobOf = (name) => arn('sagemaker', `training-job/${name}`);
const rule = arn('events', 'rule/StepFunctionsGetEventsForSageMakerTrainingJobsRule');
const toSageMaker = { 'iam:PassedToService': 'sagemaker.amazonaws.com' };

const topic = resources(referenceApp, 'AWS::SNS::Topic').find((t) => t.stack === stack).values.Ref;
const logKey = resources(referenceApp, 'AWS::KMS::Key')
  .find((k) => k.stack === 'dev/Foundation' && k.properties.Description === 'Log groups').values.Arn;
const viaSNS = { 'kms:ViaService': 'sns.us-east-1.amazonaws.com' };
const version = (group) => arn('sagemaker', `model-package/${group}/1`);
const waiting = { 'sagemaker:ModelApprovalStatus': 'PendingManualApproval' };

const yes = true;
const no = false;

testRole(role, [
  // name, action or actions, resource, expected, context
  ['runs its job', ['sagemaker:CreateTrainingJob', 'sagemaker:DescribeTrainingJob', 'sagemaker:StopTrainingJob'], ownJob, yes],
  ['tags its job', ['sagemaker:AddTags', 'sagemaker:ListTags'], ownJob, yes, { 'aws:TagKeys': job.Tags.map((t) => t.Key) }],
  ['gives the job its role', 'iam:PassRole', job.RoleArn, yes, toSageMaker],
  ['hears that the job has ended', ['events:PutRule', 'events:PutTargets', 'events:DescribeRule'], rule, yes],
  ['logs its executions', ['logs:CreateLogDelivery', 'logs:GetLogDelivery', 'logs:UpdateLogDelivery', 'logs:DeleteLogDelivery',
    'logs:ListLogDeliveries', 'logs:PutResourcePolicy', 'logs:DescribeResourcePolicies', 'logs:DescribeLogGroups'], '*', yes],
  ['traces them', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'], '*', yes],

  ['tells how it ended', 'sns:Publish', topic, yes],
  ['encrypts what it tells', ['kms:GenerateDataKey', 'kms:Decrypt'], logKey, yes, viaSNS],
  ['registers a model for approval', 'sagemaker:CreateModelPackage', version('dev-xgboost'), yes, waiting],

  ['tells somebody else', 'sns:Publish', arn('sns', 'other'), no],
  ['encrypts by itself', ['kms:GenerateDataKey', 'kms:Decrypt'], logKey, no],
  ['registers an approved model', 'sagemaker:CreateModelPackage', version('dev-xgboost'), no, { 'sagemaker:ModelApprovalStatus': 'Approved' }],
  ['registers in another group', 'sagemaker:CreateModelPackage', version('prod-xgboost'), no, waiting],
  ['approves a model', 'sagemaker:UpdateModelPackage', version('dev-xgboost'), no, { 'sagemaker:ModelApprovalStatus': 'Approved' }],
  ['runs a job of another environment', ['sagemaker:CreateTrainingJob', 'sagemaker:StopTrainingJob'], jobOf('prod-xgboost-x'), no],
  ['runs a job of another workflow', ['sagemaker:CreateTrainingJob', 'sagemaker:StopTrainingJob'], jobOf(`${prefix.slice(0, -1)}2-x`), no],
  ['looks at the job of another', 'sagemaker:DescribeTrainingJob', jobOf('other'), no],
  ['runs a job of another kind', 'sagemaker:CreateProcessingJob', arn('sagemaker', `processing-job/${prefix}x`), no],
  ['gives its job another role', 'iam:PassRole', `arn:aws:iam::${account}:role/Admin`, no, toSageMaker],
  ['gives the role to another service', 'iam:PassRole', job.RoleArn, no, { 'iam:PassedToService': 'lambda.amazonaws.com' }],
  ['gives the role to nobody in particular', 'iam:PassRole', job.RoleArn, no],
  ['takes the role itself', 'sts:AssumeRole', job.RoleArn, no],
  ['changes another rule', ['events:PutRule', 'events:PutTargets'], arn('events', 'rule/other'), no],
  ['deletes its rule', 'events:DeleteRule', rule, no],
  ['reads data', 's3:GetObject', job.OutputDataConfig.S3OutputPath.replace('s3://', 'arn:aws:s3:::'), no],
  ['makes a role', 'iam:CreateRole', `arn:aws:iam::${account}:role/x`, no],
], ({ resource }) => ({ owner: account, resourcePolicy: resource.startsWith('arn:aws:kms:') ? delegating : undefined }));
