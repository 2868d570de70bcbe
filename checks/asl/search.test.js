// Executes the workflow of the example that searches: which job becomes the model, and that each end is told.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import validate from 'asl-validator';
import { resources } from '../assembly.js';
import { ended, execute, failed, failing, inTurn, never, processed } from './training.js';

const dir = process.env.TRAINING ?? 'examples/complete-training/cdk.out';
const [machine] = resources(dir, 'AWS::StepFunctions::StateMachine')
  .map(({ stack, properties }) => ({ stack: `${stack} searches`, definition: JSON.parse(properties.DefinitionString) }))
  .filter(({ definition }) => definition.States.Search);
const found = { HyperParameterTuningJobStatus: 'Completed', BestTrainingJob: { TrainingJobName: 'staging--search--0123456789ab-017-0a1b2c3d' } };
const run = (answers = {}) => execute(machine, {}, { search: () => found, best: () => ended('Completed'), ...answers });

test('the document is valid', () => {
  const { isValid, errorsText } = validate(machine.definition);
  assert.ok(isValid, errorsText('\n'));
});

test('the best job of a search is registered and told', async () => {
  const r = await run();
  assert.equal(r.status, 'SUCCEEDED', r.cause);
  assert.equal(r.asked, 'Prepare Search Best Register TellSuccess');
  const [search] = r.of('Search');
  assert.match(search.HyperParameterTuningJobName, /^staging--search--[0-9a-f]{12}$/);
  assert.ok(search.HyperParameterTuningJobName.length <= 32);
  assert.deepEqual(search.HyperParameterTuningJobConfig.ResourceLimits, { MaxNumberOfTrainingJobs: 20, MaxParallelTrainingJobs: 4 });
  assert.equal(search.TrainingJobDefinition.EnableNetworkIsolation, true);
  assert.equal(search.TrainingJobDefinition.EnableInterContainerTrafficEncryption, true);
  assert.ok(search.TrainingJobDefinition.VpcConfig.Subnets.length > 0);
  assert.equal(r.of('Best')[0].TrainingJobName, found.BestTrainingJob.TrainingJobName);
  const [model] = r.of('Register');
  assert.equal(model.ModelApprovalStatus, 'PendingManualApproval');
  assert.equal(model.InferenceSpecification.Containers[0].ModelDataUrl, 's3://models/x/model.tar.gz');
  const requests = [
    ['sagemaker', 'CreateHyperParameterTuningJob', search], ['sagemaker', 'DescribeTrainingJob', r.of('Best')[0]], ['sagemaker', 'CreateModelPackage', model],
  ];
  const { status, stdout, stderr } = spawnSync('.venv/bin/python', ['checks/asl/requests.py'], { input: JSON.stringify(requests), encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
});

test('a search and a preparation whose answers got lost are waited for', async () => {
  const inUse = failing('SageMaker.ResourceInUseException', 'in use');
  const r = await run({
    prepare: inUse, search: inUse,
    describe: inTurn(() => ({ ProcessingJobStatus: 'InProgress' }), processed, () => ({ HyperParameterTuningJobStatus: 'InProgress' }), () => found),
    best: () => ended('Completed', 'Completed', { FinalMetricDataList: undefined }),
  });
  assert.equal(r.asked, 'Prepare Search Best TellFailure');
  assert.deepEqual([r.of('TellFailure')[0].Message.class, r.of('DescribeSearch').length, r.of('DescribePreparation').length], ['Gate', 2, 2]);
});

test('jobs that the tasks gave up are stopped', async () => {
  const late = failing('States.Timeout', '');
  assert.equal((await run({ prepare: late })).of('StopPreparation').length, 1);
  const r = await run({ search: late });
  assert.deepEqual(r.of('StopSearch'), [{ HyperParameterTuningJobName: r.of('Search')[0].HyperParameterTuningJobName }]);
});

test('a preparation is tried again before a search, which is not', async () => {
  const capacity = failed('CapacityError: Unable to provision.');
  const r = await run({ prepare: inTurn(capacity, processed), search: capacity });
  assert.equal(r.asked, 'Prepare Prepare Search TellFailure');
  const stopped = await run({ prepare: () => ({ ProcessingJobStatus: 'Stopped' }) });
  assert.equal(stopped.asked, 'Prepare TellFailure');
});

test('a throttled call is made again with the same name', async () => {
  const throttled = failing('SageMaker.AmazonSageMakerException', 'Rate exceeded (ThrottlingException)');
  const r = await run({ search: inTurn(throttled, throttled, () => found) });
  assert.equal(r.status, 'SUCCEEDED', r.cause);
  assert.equal(r.of('Search').length, 3);
  assert.equal(new Set(r.of('Search').map((q) => q.HyperParameterTuningJobName)).size, 1);
});

for (const [name, kind, asked, answers] of [
  ['a search that somebody stopped', 'Stopped', 'Search', { search: () => ({ ...found, HyperParameterTuningJobStatus: 'Stopped' }) }],
  ['a search without a best job', 'User', 'Search', { search: () => ({ HyperParameterTuningJobStatus: 'Completed' }) }],
  ['a search whose jobs failed', 'User', 'Search', { search: failed('AlgorithmError: , exit code: 1') }],
  ['a search without capacity', 'Capacity', 'Search', { search: failed('CapacityError: Unable to provision.') }],
  ['an internal error', 'Internal', 'Search', { search: failed('InternalServerError: We encountered an internal error.') }],
  ['a search that ran too long', 'Timeout', 'Search', { search: failing('States.Timeout', '') }],
  ['a missing permission', 'Unknown', 'Search', { search: failing('States.Permissions', 'not authorized') }],
  ['a quota that is used up', 'Quota', 'Search', { search: failing('SageMaker.ResourceLimitExceededException', 'quota') }],
  ['a best job that can not be read', 'Unknown', 'Search Best', { best: failing('SageMaker.ResourceNotFoundException', 'none') }],
  ['a best job below the threshold', 'Gate', 'Search Best', {
    best: () => ended('Completed', 'Completed', { FinalMetricDataList: [{ MetricName: 'validation:auc', Value: 0.79 }] }),
  }],
  ['a model that can not be registered', 'Registration', 'Search Best Register', { register: failing('SageMaker.ValidationException', 'no') }],
]) {
  test(`${name} is told, and not paid for twice`, async () => {
    const r = await run(answers);
    assert.equal(r.status, 'FAILED');
    assert.deepEqual([...new Set(r.asked.split(' '))], ['Prepare', ...asked.split(' '), 'TellFailure']);
    const [{ Message: message }] = r.of('TellFailure');
    assert.deepEqual([message.class, message.error, message.cause], [kind, r.error, r.cause]);
    assert.equal(r.of('TellFailure').length, 1);
  });
}

test('every state was executed', () => assert.deepEqual(never(machine.stack, machine.definition), []));
