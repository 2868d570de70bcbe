// What the roles of workflows may do: run their own jobs, and nothing else. One is the reference app's in dev, one prepares data and
// searches. What a guard denies them is held against each of their requests in requests.test.js.
import { account, arn, resources } from '../assembly.js';
import { referenceApp } from './endpoints.js';
import { roleFor, testRole } from './roles.js';
import { delegating } from './simulator.js';

const toSageMaker = { 'iam:PassedToService': 'sagemaker.amazonaws.com' };
const version = (group) => arn('sagemaker', `model-package/${group}/1`);
const waiting = { 'sagemaker:ModelApprovalStatus': 'PendingManualApproval' };
const rule = (kind) => arn('events', `rule/StepFunctionsGetEventsForSageMaker${kind}JobsRule`);
const topicOf = (dir, stack, id) => resources(dir, 'AWS::SNS::Topic').find((t) => t.stack === stack && t.id.startsWith(id)).values.Ref;
const logKeyOf = (dir, stack) => resources(dir, 'AWS::KMS::Key').find((k) => k.stack === stack && k.properties.Description === 'Log groups').values.Arn;
const stateOf = (dir, stack, name) => resources(dir, 'AWS::StepFunctions::StateMachine').filter((m) => m.stack === stack)
  .map((m) => JSON.parse(m.properties.DefinitionString).States[name]).find(Boolean).Parameters;
function testWorkflow(role, rows) {
  const identity = { ...role.identity, Statement: role.identity.Statement.filter((s) => s.Effect === 'Allow') };
  testRole({ ...role, identity }, rows, ({ resource }) => ({
    owner: account, resourcePolicy: resource.startsWith('arn:aws:kms:') ? delegating : undefined,
  }));
}

const yes = true;
const no = false;

// common are the rows of every workflow: what it may do, and what lies beyond.
const common = ({ topic, logKey, viaSNS = { 'kms:ViaService': 'sns.us-east-1.amazonaws.com' }, jobRole, output, group, own, type }) => [
  // name, action or actions, resource, expected, context
  ['gives the job its role', 'iam:PassRole', jobRole, yes, toSageMaker],
  ['logs its executions', ['logs:CreateLogDelivery', 'logs:GetLogDelivery', 'logs:UpdateLogDelivery', 'logs:DeleteLogDelivery',
    'logs:ListLogDeliveries', 'logs:PutResourcePolicy', 'logs:DescribeResourcePolicies', 'logs:DescribeLogGroups'], '*', yes],
  ['traces them', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'], '*', yes],

  ['tells how it ended', 'sns:Publish', topic, yes],
  ['encrypts what it tells', ['kms:GenerateDataKey', 'kms:Decrypt'], logKey, yes, viaSNS],
  ['registers a model for approval', 'sagemaker:CreateModelPackage', version(group), yes, waiting],

  ['tells somebody else', 'sns:Publish', arn('sns', 'other'), no],
  ['encrypts by itself', ['kms:GenerateDataKey', 'kms:Decrypt'], logKey, no],
  ['registers an approved model', 'sagemaker:CreateModelPackage', version(group), no, { 'sagemaker:ModelApprovalStatus': 'Approved' }],
  ['registers in another group', 'sagemaker:CreateModelPackage', version('prod--xgboost'), no, waiting],
  ['approves a model', 'sagemaker:UpdateModelPackage', version(group), no, { 'sagemaker:ModelApprovalStatus': 'Approved' }],
  ['runs a job of another environment', [`sagemaker:Create${type.action}`, `sagemaker:Stop${type.action}`], arn('sagemaker', `${type.name}/prod--xgboost--x`), no],
  ['runs a job of another workflow', [`sagemaker:Create${type.action}`, `sagemaker:Stop${type.action}`], arn('sagemaker', `${type.name}/${own}2--x`), no],
  ['runs a job of a workflow whose name goes on', [`sagemaker:Create${type.action}`, `sagemaker:Stop${type.action}`], arn('sagemaker', `${type.name}/${own}-2--x`), no],
  ['runs a job of a team of that name', [`sagemaker:Create${type.action}`, `sagemaker:Stop${type.action}`],
    arn('sagemaker', `${type.name}/${own.replace('--', '---')}--churn--x`), no],
  ['looks at the job of another', 'sagemaker:DescribeTrainingJob', arn('sagemaker', 'training-job/other'), no],
  ['runs a processing job of another', ['sagemaker:CreateProcessingJob', 'sagemaker:StopProcessingJob'], arn('sagemaker', `processing-job/${own}-2--x`), no],
  ['runs a job of another kind', 'sagemaker:CreateTransformJob', arn('sagemaker', `transform-job/${own}--x`), no],
  ['gives its job another role', 'iam:PassRole', `arn:aws:iam::${account}:role/Admin`, no, toSageMaker],
  ['gives the role to another service', 'iam:PassRole', jobRole, no, { 'iam:PassedToService': 'lambda.amazonaws.com' }],
  ['gives the role to nobody in particular', 'iam:PassRole', jobRole, no],
  ['takes the role itself', 'sts:AssumeRole', jobRole, no],
  ['changes another rule', ['events:PutRule', 'events:PutTargets'], arn('events', 'rule/other'), no],
  ['deletes its rule', 'events:DeleteRule', rule(type.events), no],
  ['reads data', 's3:GetObject', output.replace('s3://', 'arn:aws:s3:::'), no],
  ['makes a role', 'iam:CreateRole', `arn:aws:iam::${account}:role/x`, no],
];

{
  const stack = 'dev/Training';
  const job = stateOf(referenceApp, stack, 'Train');
  const [, own] = job['TrainingJobName.$'].match(/States\.Format\('([^']*)--\{\}'/);
  const ownJob = arn('sagemaker', `training-job/${own}--0123456789abcdef0123456789abcdef`);
  testWorkflow(roleFor('states.amazonaws.com', referenceApp, stack, 'XGBoostWorkflowRole'), [
    ['runs its job', ['sagemaker:CreateTrainingJob', 'sagemaker:DescribeTrainingJob', 'sagemaker:StopTrainingJob'], ownJob, yes],
    ['tags its job', ['sagemaker:AddTags', 'sagemaker:ListTags'], ownJob, yes, { 'aws:TagKeys': job.Tags.map((t) => t.Key) }],
    ['hears that the job has ended', ['events:PutRule', 'events:PutTargets', 'events:DescribeRule'], rule('Training'), yes],
    ...common({
      topic: topicOf(referenceApp, stack, ''), logKey: logKeyOf(referenceApp, 'dev/Foundation'), jobRole: job.RoleArn, output: job.OutputDataConfig.S3OutputPath,
      group: 'dev--xgboost', own, type: { action: 'TrainingJob', name: 'training-job', events: 'Training' },
    }),
  ]);
}

{
  const [dir, stack, own] = [process.env.TRAINING ?? 'examples/complete-training/cdk.out', 'Churn', 'staging--search'];
  const search = stateOf(dir, stack, 'Search');
  const { RoleArn: jobRole, OutputDataConfig: output } = search.TrainingJobDefinition;
  const ownSearch = arn('sagemaker', `hyper-parameter-tuning-job/${own}--0123456789ab`);
  const job = arn('sagemaker', `training-job/${own}--0123456789ab-017-0a1b2c3d`);
  const preparation = stateOf(dir, stack, 'Prepare');
  const ownPreparation = arn('sagemaker', `processing-job/${own}--0123456789abcdef0123456789abcdef`);
  const prepareRole = resources(dir, 'AWS::IAM::Role').find((r) => r.id.startsWith('SearchPrepareRole')).values.Arn;
  testWorkflow(roleFor('states.amazonaws.com', dir, stack, 'SearchWorkflowRole'), [
    ['runs its preparation', ['sagemaker:CreateProcessingJob', 'sagemaker:DescribeProcessingJob', 'sagemaker:StopProcessingJob'], ownPreparation, yes],
    ['tags its preparation', ['sagemaker:AddTags', 'sagemaker:ListTags'], ownPreparation, yes, { 'aws:TagKeys': preparation.Tags.map((t) => t.Key) }],
    ['hears that the preparation has ended', ['events:PutRule', 'events:PutTargets', 'events:DescribeRule'], rule('Processing'), yes],
    ['gives the preparation its role', 'iam:PassRole', prepareRole, yes, toSageMaker],
    ['runs its search', ['sagemaker:CreateHyperParameterTuningJob', 'sagemaker:DescribeHyperParameterTuningJob', 'sagemaker:StopHyperParameterTuningJob'],
      ownSearch, yes],
    ['tags its search', ['sagemaker:AddTags', 'sagemaker:ListTags'], ownSearch, yes, { 'aws:TagKeys': search.Tags.map((t) => t.Key) }],
    ['looks at the best job', 'sagemaker:DescribeTrainingJob', job, yes],
    ['hears that the search has ended', ['events:PutRule', 'events:PutTargets', 'events:DescribeRule'], rule('Tuning'), yes],
    ['starts a job by itself', ['sagemaker:CreateTrainingJob', 'sagemaker:StopTrainingJob'], job, no],
    ...common({
      topic: topicOf(dir, stack, 'Search'), logKey: logKeyOf(dir, stack), jobRole, output: output.S3OutputPath,
      group: 'staging--churn', own, type: { action: 'HyperParameterTuningJob', name: 'hyper-parameter-tuning-job', events: 'Tuning' },
    }),
  ]);
}
