// Executes the workflow of the example that prepares its data and evaluates its models: what is tried again, what is refused, and that
// each end is told.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import validate from 'asl-validator';
import { resources } from '../assembly.js';
import { completed, ended, execute, failed, failing, inTurn, never, processed } from './training.js';

const dir = process.env.TRAINING ?? 'examples/complete-training/cdk.out';
const [machine] = resources(dir, 'AWS::StepFunctions::StateMachine')
  .map(({ stack, properties }) => ({ stack: `${stack} processes`, definition: JSON.parse(properties.DefinitionString) }))
  .filter(({ definition }) => definition.States.Prepare && definition.States.Train);
const good = { num_round: 100, eta: 0.3, 'batch-size': 256 };
const run = (answers, input = good) => execute(machine, input, answers);
const stopped = () => ({ ProcessingJobStatus: 'Stopped' });
const capacity = failed('CapacityError: Unable to provision requested ML compute capacity.');

test('the document is valid', () => {
  const { isValid, errorsText } = validate(machine.definition);
  assert.ok(isValid, errorsText('\n'));
});

test('data is prepared, trained on, and the model evaluated and registered', async () => {
  const r = await run();
  assert.equal(r.status, 'SUCCEEDED', r.cause);
  assert.equal(r.asked, 'Prepare TrainOnSpot Evaluate Register TellSuccess');
  const [prepare] = r.of('Prepare');
  const [train] = r.trained;
  const [evaluate] = r.of('Evaluate');
  const [model] = r.of('Register');
  const folder = prepare.ProcessingOutputConfig.Outputs[0].S3Output.S3Uri;
  assert.match(folder, /^s3:\/\/[^/]+\/prepared\/[0-9a-f]{32}\/$/);
  assert.deepEqual(train.InputDataConfig.map((c) => c.DataSource.S3DataSource.S3Uri), [`${folder}train/`, `${folder}validation/`]);
  const inputs = Object.fromEntries(evaluate.ProcessingInputs.map((i) => [i.InputName, i.S3Input]));
  assert.equal(inputs.test.S3Uri, `${folder}test/`);
  assert.equal(inputs.model.S3Uri, 's3://models/x/model.tar.gz');
  assert.equal(inputs.model.LocalPath, '/opt/ml/processing/input/model');
  assert.equal(model.CustomerMetadataProperties.evaluation, evaluate.ProcessingOutputConfig.Outputs[0].S3Output.S3Uri);
  for (const request of [prepare, evaluate]) {
    assert.equal(request.NetworkConfig.EnableNetworkIsolation, true);
    assert.equal(request.NetworkConfig.EnableInterContainerTrafficEncryption, true);
    assert.ok(request.NetworkConfig.VpcConfig.Subnets.length > 0);
    assert.ok(request.ProcessingOutputConfig.KmsKeyId && request.ProcessingResources.ClusterConfig.VolumeKmsKeyId);
    assert.match(request.ProcessingJobName, /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/);
  }
  assert.equal(new Set([train.RoleArn, prepare.RoleArn, evaluate.RoleArn]).size, 3, 'each job has a role of its own');
  const requests = [
    ['sagemaker', 'CreateProcessingJob', prepare], ['sagemaker', 'CreateTrainingJob', train], ['sagemaker', 'CreateProcessingJob', evaluate],
    ['sagemaker', 'CreateModelPackage', model],
  ];
  const { status, stdout, stderr } = spawnSync('.venv/bin/python', ['checks/asl/requests.py'], { input: JSON.stringify(requests), encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
});

test('a parameter whose name has a hyphen is held to its bounds, and given as a text', async () => {
  assert.equal((await run()).trained[0].HyperParameters['batch-size'], '256');
  for (const wrong of [{ 'batch-size': 0 }, { 'batch-size': '256' }, { 'batch-size': 1.5 }, { 'batch-size': undefined }, { 'batch-sizes': 1 }]) {
    const r = await run({}, JSON.parse(JSON.stringify({ ...good, ...wrong })));
    assert.equal(r.asked, 'TellFailure', JSON.stringify(wrong));
    assert.match(r.cause, /batch-size, a whole number from 1 to 4096/);
  }
});

test('each job is tried again by itself, from the first attempt, under another name', async () => {
  const once = () => inTurn(capacity, () => processed());
  const r = await run({ prepare: once(), train: inTurn(capacity, capacity, completed), evaluate: inTurn(capacity, capacity, processed) });
  assert.equal(r.status, 'SUCCEEDED', r.cause);
  assert.equal(r.asked, 'Prepare Prepare TrainOnSpot TrainOnSpot Train Evaluate Evaluate Evaluate Register TellSuccess');
  const names = ['Prepare', 'Evaluate'].flatMap((n) => r.of(n).map((q) => q.ProcessingJobName));
  assert.equal(new Set(names).size, names.length);
  assert.equal(new Set(r.of('Prepare').map((q) => q.ProcessingOutputConfig.Outputs[0].S3Output.S3Uri)).size, 1);
});

test('a job whose answer got lost is waited for', async () => {
  const inUse = failing('SageMaker.ResourceInUseException', 'in use');
  const running = { ProcessingJobStatus: 'InProgress' };
  const r = await run({
    prepare: inUse, train: inUse, evaluate: inUse,
    describe: inTurn(() => running, processed, () => ended('InProgress'), completed, () => running, processed),
  });
  assert.equal(r.status, 'SUCCEEDED', r.cause);
  assert.equal(r.asked, 'Prepare TrainOnSpot Evaluate Register TellSuccess');
  const stopped = await run({ evaluate: failing('States.Timeout', '') });
  assert.deepEqual([stopped.of('StopEvaluation').length, stopped.of('TellFailure')[0].Message.class], [1, 'Timeout']);
  const late = failing('States.Timeout', '');
  assert.equal((await run({ prepare: late })).of('StopPreparation').length, 1);
  assert.equal((await run({ train: late })).of('StopTraining').length, 1);
  const bare = await run({ train: () => ended('Completed', 'Completed', { FinalMetricDataList: undefined }) });
  assert.equal(bare.of('TellFailure')[0].Message.class, 'Gate');
});

test('nothing is prepared for a bad input', async () => {
  const r = await run({}, { ...good, num_round: 0 });
  assert.equal(r.asked, 'TellFailure');
  assert.equal(r.error, 'InputRejected');
  assert.equal((await run({}, { ...good, num_round: 1.5 })).asked, 'TellFailure');
});

const algorithm = failed('AlgorithmError: See job logs for more information, exit code: 1');
const trained = 'Prepare TrainOnSpot';
for (const [name, kind, asked, answers] of [
  ['a preparation that finds no instances', 'Capacity', 'Prepare Prepare Prepare', { prepare: capacity }],
  ['a preparation that fails', 'User', 'Prepare', { prepare: algorithm }],
  ['a preparation that somebody stopped', 'Stopped', 'Prepare', { prepare: stopped }],
  ['a preparation that ran too long', 'Timeout', 'Prepare', { prepare: failing('States.Timeout', '') }],
  ['an evaluation that finds no instances', 'Capacity', `${trained} Evaluate Evaluate Evaluate`, { evaluate: capacity }],
  ['an internal error, again and again', 'Internal', `${trained} Evaluate Evaluate Evaluate`, { evaluate: failed('InternalServerError: We encountered') }],
  ['an evaluation that says no', 'Gate', `${trained} Evaluate`, { evaluate: algorithm }],
  ['an evaluation that can not read', 'User', `${trained} Evaluate`, { evaluate: failed('ClientError: Data download failed.') }],
  ['an evaluation that somebody stopped', 'Stopped', `${trained} Evaluate`, { evaluate: stopped }],
  ['training that fails', 'User', trained, { train: algorithm }],
  ['a job that somebody stopped', 'Stopped', trained, { train: () => ended('Stopped') }],
  ['no instances to train on', 'Capacity', `${trained} TrainOnSpot Train Train Train`, { train: capacity }],
  ['a quota that is used up', 'Quota', 'Prepare', { prepare: failing('SageMaker.ResourceLimitExceededException', 'quota') }],
  ['a missing permission', 'Unknown', 'Prepare', { prepare: failing('States.Permissions', 'not authorized') }],
  ['a model below the gate is not evaluated', 'Gate', trained, {
    train: () => ended('Completed', 'Completed', { FinalMetricDataList: [{ MetricName: 'validation:auc', Value: 0.79 }] }),
  }],
  ['a model that can not be registered', 'Registration', `${trained} Evaluate Register`, { register: failing('SageMaker.ValidationException', 'no') }],
]) {
  test(`${name}: told, and not paid for twice`, async () => {
    const r = await run(answers);
    assert.equal(r.status, 'FAILED');
    if (kind !== 'Quota') assert.equal(r.asked, `${asked} TellFailure`);
    const [{ Message: message }] = r.of('TellFailure');
    assert.deepEqual([message.class, message.error, message.cause], [kind, r.error, r.cause]);
  });
}

// running is what Step Functions lists of so many newer and older executions than this one, the newest first.
const self = 'arn:aws:states:eu-west-1:111122223333:execution:x:1';
const running = (newer, older) => () => ({
  Executions: [...Array(newer).fill('n'), self, ...Array(older).fill('o')].map((e, i) => ({ ExecutionArn: e === self ? self : `${self}${e}${i}` })),
});

test('one of the two oldest runs at once, whoever came later', async () => {
  for (const older of [0, 1]) {
    const r = await run({ list: running(40, older) });
    assert.deepEqual([r.status, r.of('ListRunning').length], ['SUCCEEDED', 1], r.cause);
  }
  const [request] = (await run()).of('ListRunning');
  assert.deepEqual(request, { StateMachineArn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:x', StatusFilter: 'RUNNING', MaxResults: 100 });
});

test('the third waits until one of them has ended, or is listed', async () => {
  for (const first of [running(3, 2), running(3, 60), () => ({ Executions: [] })]) {
    const r = await run({ list: inTurn(first, first, running(5, 1)) });
    assert.deepEqual([r.status, r.of('ListRunning').length], ['SUCCEEDED', 3], r.cause);
  }
});

test('nothing is started for one whose turn does not come, and that is told', async () => {
  const waited = await run({ list: running(0, 2) });
  assert.equal(waited.of('ListRunning').length, 24 * 30 + 1);
  const full = await run({ list: running(0, 99) });
  assert.equal(full.of('ListRunning').length, 1);
  for (const r of [waited, full]) {
    assert.deepEqual([r.status, r.error, r.asked], ['FAILED', 'NoTurn', 'TellFailure']);
    assert.equal(r.of('TellFailure')[0].Message.class, 'Busy');
  }
});

test('a list that is refused is told; one that is throttled is asked for again', async () => {
  const refused = await run({ list: failing('Sfn.AccessDeniedException', 'no') });
  assert.deepEqual([refused.error, refused.asked], ['Sfn.AccessDeniedException', 'TellFailure']);
  const throttled = await run({ list: inTurn(failing('Sfn.SfnException', 'Rate exceeded'), running(0, 0)) });
  assert.equal(throttled.status, 'SUCCEEDED');
});

test('the image that was pushed runs by its digest, and nothing else does', async () => {
  const digest = `sha256:${'0a'.repeat(32)}`;
  const usual = (await run()).trained[0].AlgorithmSpecification.TrainingImage;
  const pushed = await run({}, { ...good, image: digest });
  assert.equal(pushed.status, 'SUCCEEDED', pushed.cause);
  assert.equal(pushed.trained[0].AlgorithmSpecification.TrainingImage, `${usual.split(/:[^:/]*$/)[0].split('@')[0]}@${digest}`);
  for (const wrong of ['latest', 'sha256:a/b', `${digest}:x`, `x@${digest}`, 1, null]) {
    const r = await run({}, { ...good, image: wrong });
    assert.deepEqual([r.status, r.error, r.asked], ['FAILED', 'InputRejected', 'TellFailure'], String(wrong));
  }
});

test('every state was executed', () => assert.deepEqual(never(machine.stack, machine.definition), []));
