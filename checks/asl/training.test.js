// Validates the state machine of every training stack and executes each way through it: what is refused, what is tried again, how each
// execution ends, and that each end is told.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import validate from 'asl-validator';
import { completed, ended, execute, failed, failing, good, inTurn, machines, never, states, table, unknown } from './training.js';

const capacity = failed('CapacityError: Unable to provision requested ML compute capacity.');
const bad = {
  'nothing': {}, 'one missing': { num_round: 100, max_depth: 6 }, 'a text for a number': { ...good, num_round: '100' }, 'an empty text': { ...good, eta: '' },
  'null': { ...good, eta: null }, 'a list': { ...good, eta: [0.3] }, 'an object': { ...good, eta: {} }, 'a boolean': { ...good, num_round: true },
  'below the range': { ...good, num_round: 0 }, 'above the range': { ...good, num_round: 2001 }, 'far above': { ...good, num_round: 1e30 },
  'negative': { ...good, eta: -0.1 }, 'a fraction for a whole number': { ...good, max_depth: 6.5 }, 'a fraction of the rounds': { ...good, num_round: 1.5 },
  'too deep': { ...good, max_depth: 21 }, 'no depth': { ...good, max_depth: 0 }, 'too fast': { ...good, eta: 1.1 }, 'all missing but others': { rounds: 100 },
  'a list of inputs': [good], 'another field': { ...good, instance_type: 'ml.p5.48xlarge' }, 'another object': { ...good, run: { attempt: -9 } }, 'a name in other letters': { ...good, eta: undefined, ETA: 0.3 },
};
const requests = [];

test('there is a state machine in each environment', () => {
  assert.deepEqual(machines.map((m) => m.stack), ['dev/Training', 'prod/Training', 'staging/Training']);
});

for (const machine of machines) {
  const { stack, definition } = machine;
  const run = (answers, input = good) => execute(machine, input, answers);
  // told is what people hear of a failure.
  const told = (r, kind) => {
    assert.equal(r.status, 'FAILED');
    const messages = r.of('TellFailure').map((q) => q.Message);
    assert.equal(messages.length, 1);
    assert.equal(messages[0].class, kind);
    assert.deepEqual([messages[0].error, messages[0].cause], [r.error, r.cause]);
    assert.match(messages[0].link, /^https:\/\/us-east-1\.console\.aws\.amazon\.com\/states\/home\?region=us-east-1#\/v2\/executions\/details\/arn:/);
    assert.equal(r.of('TellSuccess').length, 0);
  };
  const on = (name) => test.bind(null, `${stack}: ${name}`);

  on('the document is valid')(() => {
    const { isValid, errorsText } = validate(definition);
    assert.ok(isValid, errorsText('\n'));
  });

  on('a good input trains once on spot, isolated, is registered for approval, and told')(async () => {
    const r = await run();
    assert.equal(r.status, 'SUCCEEDED', r.cause);
    assert.equal(r.asked, 'TrainOnSpot Register TellSuccess');
    const [request] = r.trained;
    assert.equal(request.EnableNetworkIsolation, true);
    assert.equal(request.EnableInterContainerTrafficEncryption, true);
    assert.equal(request.EnableManagedSpotTraining, true);
    assert.ok(request.VpcConfig.Subnets.length > 0);
    assert.match(request.TrainingJobName, /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/);
    assert.match(request.CheckpointConfig.S3Uri, /^s3:\/\/[^/]+\/xgboost\/[0-9a-f]{32}\/$/);
    const { num_round: rounds, max_depth: depth, eta } = request.HyperParameters;
    assert.deepEqual([rounds, depth, eta], ['100', '6', '0.3'], 'hyperparameters are texts');
    const [model] = r.of('Register');
    assert.equal(model.ModelApprovalStatus, 'PendingManualApproval');
    assert.equal(model.InferenceSpecification.Containers[0].ModelDataUrl, 's3://models/x/model.tar.gz');
    assert.equal(model.CustomerMetadataProperties['metric:validation:auc'], '0.9');
    assert.match(r.of('TellSuccess')[0].Message.modelPackage, /model-package\/x\/1$/);
    requests.push(...r.trained.map((q) => ['sagemaker', 'CreateTrainingJob', q]), ['sagemaker', 'CreateModelPackage', model]);
  });

  for (const [name, input] of Object.entries(bad)) {
    on(`${name} is refused before anything is spent`)(async () => {
      const r = await run({}, input);
      told(r, 'Input');
      assert.equal(r.error, 'InputRejected');
      assert.match(r.cause, /num_round, a whole number from 1 to 2000/);
      assert.equal(r.asked, 'TellFailure');
    });
  }

  on('interrupted for good: goes on from the same checkpoints, under another name')(async () => {
    const r = await run({ train: inTurn(() => ended('Stopped', 'MaxWaitTimeExceeded'), completed) });
    assert.equal(r.status, 'SUCCEEDED', r.cause);
    assert.equal(r.asked, 'TrainOnSpot TrainOnSpot Register TellSuccess');
    assert.equal(new Set(r.trained.map((q) => q.TrainingJobName)).size, 2);
    assert.equal(new Set(r.trained.map((q) => q.CheckpointConfig.S3Uri)).size, 1);
  });

  on('no capacity on spot: on demand, from the same checkpoints')(async () => {
    const r = await run({ train: inTurn(capacity, capacity, completed) });
    assert.equal(r.status, 'SUCCEEDED', r.cause);
    assert.equal(r.asked, 'TrainOnSpot TrainOnSpot Train Register TellSuccess');
    assert.equal(r.trained[2].EnableManagedSpotTraining, undefined);
    assert.equal(r.trained[2].StoppingCondition.MaxWaitTimeInSeconds, undefined);
    assert.equal(new Set(r.trained.map((q) => q.CheckpointConfig.S3Uri)).size, 1);
    requests.push(...r.trained.map((q) => ['sagemaker', 'CreateTrainingJob', q]));
  });

  on('no capacity anywhere: five tries, each with its name')(async () => {
    const r = await run({ train: capacity });
    told(r, 'Capacity');
    assert.equal(r.asked, 'TrainOnSpot TrainOnSpot Train Train Train TellFailure');
    assert.equal(new Set(r.trained.map((q) => q.TrainingJobName)).size, 5);
  });

  on('an internal error of SageMaker is tried again')(async () => {
    const r = await run({ train: inTurn(failed('InternalServerError: We encountered an internal error. Please try again.'), completed) });
    assert.equal(r.status, 'SUCCEEDED', r.cause);
    assert.equal(r.trained.length, 2);
  });

  for (const [name, kind, answer] of [
    ["the container's own error", 'User', failed('AlgorithmError: , exit code: 1')],
    ['data that can not be read', 'User', failed('ClientError: Data download failed.')],
    ['a request that SageMaker refuses', 'User', failing('SageMaker.AmazonSageMakerException', '1 validation error (ValidationException)')],
    ['a missing permission', 'Unknown', failing('States.Permissions', 'not authorized')],
    ['a script whose error speaks of others', 'User', failed('AlgorithmError: ExecuteUserScriptError: "CapacityError: InternalServerError: MaxWaitTimeExceeded"')],
    ['a reason that nobody knows', 'Unknown', failed('Oh no: CapacityError')],
    ['a job that was stopped, and that the task calls failed', 'Stopped', () => {
      throw Object.assign(new Error('stopped'), { name: 'States.TaskFailed', description: ended('Stopped') });
    }],
    ['a failure without a reason', 'Unknown', () => ended('Failed')],
    ['a job that ran too long', 'Timeout', () => ended('Stopped', 'MaxRuntimeExceeded')],
    ['a state that ran too long', 'Timeout', failing('States.Timeout', '')],
    ['a job that somebody stopped', 'Stopped', () => ended('Stopped')],
  ]) {
    on(`${name} is told, and not paid for twice`)(async () => {
      const r = await run({ train: answer });
      told(r, kind);
      assert.equal(r.trained.length, kind === 'User' && r.error === 'SageMaker.AmazonSageMakerException' ? 6 : 1);
      assert.equal(r.of('Register').length, 0);
    });
  }

  on('a throttled call is made again with the same name')(async () => {
    const throttled = failing('SageMaker.AmazonSageMakerException', 'Rate exceeded (ThrottlingException)');
    const r = await run({ train: inTurn(throttled, throttled, completed) });
    assert.equal(r.status, 'SUCCEEDED', r.cause);
    assert.equal(new Set(r.trained.map((q) => q.TrainingJobName)).size, 1);
  });

  const inUse = failing('SageMaker.ResourceInUseException', 'Training job names must be unique within an AWS account.');
  // lost is a task whose first answer got lost, though a job was started; the next try is told that there is one.
  const lost = () => inTurn(failing('SageMaker.AmazonSageMakerException', 'Unable to execute HTTP request'), inUse);
  on('a job that was started while its answer got lost is waited for, and its model registered')(async () => {
    const r = await run({ train: lost(), describe: inTurn(() => ended('InProgress', 'Training'), () => ended('Stopping'), completed) });
    assert.equal(r.status, 'SUCCEEDED', r.cause);
    assert.equal(r.asked, 'TrainOnSpot TrainOnSpot Register TellSuccess');
    assert.equal(r.of('DescribeTraining').length, 3);
    assert.deepEqual([...new Set(r.of('DescribeTraining').map((q) => q.TrainingJobName))], [...new Set(r.trained.map((q) => q.TrainingJobName))]);
    assert.equal(r.of('StopTraining').length, 0);
    requests.push(['sagemaker', 'DescribeTrainingJob', r.of('DescribeTraining')[0]]);
  });

  on('a job of that name that has failed is judged as any other')(async () => {
    const r = await run({
      train: inTurn(inUse, completed),
      describe: inTurn(() => ({ ...ended('Failed'), FailureReason: 'CapacityError: Unable to provision.' }), completed),
    });
    assert.equal(r.status, 'SUCCEEDED', r.cause);
    assert.equal(new Set(r.trained.map((q) => q.TrainingJobName)).size, 2);
  });

  on('a job that the task gave up is stopped, and not waited for')(async () => {
    const r = await run({ train: failing('States.Timeout', ''), describe: () => ended('InProgress', 'Training') });
    told(r, 'Timeout');
    assert.deepEqual(r.of('StopTraining'), [{ TrainingJobName: r.trained[0].TrainingJobName }]);
    requests.push(['sagemaker', 'StopTrainingJob', r.of('StopTraining')[0]]);
  });

  on('a job that can not be described is stopped, whatever the task said')(async () => {
    for (const [train, kind] of [[completed, 'Unknown'], [inUse, 'Unknown'], [failing('SageMaker.ResourceLimitExceededException', 'quota'), 'Quota']]) {
      const r = await run({ train, describe: failing('SageMaker.AccessDeniedException', 'not authorized') });
      told(r, kind);
      assert.equal(r.of('StopTraining').length, 1);
    }
    const none = await run({ train: failing('States.Permissions', 'not authorized'), describe: unknown, stop: unknown });
    told(none, 'Unknown');
    assert.equal(none.error, 'States.Permissions');
  });

  on('a description that is throttled is asked for again')(async () => {
    const r = await run({ describe: inTurn(failing('SageMaker.SageMakerException', 'Rate exceeded'), completed) });
    assert.equal(r.status, 'SUCCEEDED', r.cause);
  });

  on('a job that the task calls failed, and SageMaker completed, is good')(async () => {
    const r = await run({ train: failed('never read'), describe: completed });
    assert.equal(r.status, 'SUCCEEDED', r.cause);
    assert.deepEqual(Object.keys(r.output).sort(), ['FinalMetricDataList', 'ModelArtifacts', 'ModelPackage', 'SecondaryStatus', 'TrainingJobArn', 'TrainingJobName', 'TrainingJobStatus']);
  });

  on('a quota that is used up is waited for, and told')(async () => {
    const r = await run({ train: failing('SageMaker.ResourceLimitExceededException', 'quota') });
    told(r, 'Quota');
    assert.equal(r.trained.length, 11);
  });

  for (const [name, list] of [
    ['below the threshold', [{ MetricName: 'validation:auc', Value: 0.59 }]], ['without the metric', [{ MetricName: 'train:auc', Value: 1 }]],
    ['without any metric', []], ['without a list of metrics', undefined], ['with a metric that is no number', [{ MetricName: 'validation:auc', Value: 'NaN' }]],
  ]) {
    on(`a model ${name} is not registered`)(async () => {
      const r = await run({ train: () => ended('Completed', 'Completed', { FinalMetricDataList: list }) });
      told(r, 'Gate');
      assert.match(r.cause, /validation:auc of at least 0\.6/);
      assert.equal(r.of('Register').length, 0);
    });
  }

  on('a metric is found wherever it stands among forty')(async () => {
    for (const at of [0, 20, 39]) {
      const list = Array.from({ length: 40 }, (_, i) => ({ MetricName: i === at ? 'validation:auc' : `train:${i}`, Value: i === at ? 0.7 : 0.1 }));
      const r = await run({ train: () => ended('Completed', 'Completed', { FinalMetricDataList: list }) });
      assert.equal(r.status, 'SUCCEEDED', r.cause);
      assert.equal(r.of('Register')[0].CustomerMetadataProperties['metric:validation:auc'], '0.7');
    }
  });

  on('a model on the threshold is registered')(async () => {
    const r = await run({ train: () => ended('Completed', 'Completed', { FinalMetricDataList: [{ MetricName: 'validation:auc', Value: 0.6 }] }) });
    assert.equal(r.status, 'SUCCEEDED', r.cause);
  });

  on('a registration that is throttled is made again, by the same token')(async () => {
    const ok = () => ({ ModelPackageArn: 'arn:x' });
    const r = await run({ register: inTurn(failing('SageMaker.ThrottlingException', 'slow'), ok) });
    assert.equal(r.status, 'SUCCEEDED', r.cause);
    const tokens = r.of('Register').map((q) => q.ClientToken);
    assert.equal(tokens.length, 2);
    assert.equal(new Set(tokens).size, 1);
    assert.match(tokens[0], /^[a-zA-Z0-9-]{1,36}$/);
  });

  on('a registration that fails is told, and the model kept')(async () => {
    const r = await run({ register: failing('SageMaker.ResourceLimitExceededException', 'too many versions') });
    told(r, 'Registration');
    assert.match(r.cause, /too many versions/);
  });

  on('nobody can be told: the model is trained all the same')(async () => {
    const r = await run({ tell: failing('SNS.SnsException', 'gone') });
    assert.equal(r.status, 'SUCCEEDED', r.cause);
    assert.equal(r.of('TellSuccess').length, 4);
  });

  on('nobody can be told of a failure: it fails with its own reason')(async () => {
    const r = await run({ train: failed('AlgorithmError: x'), tell: failing('SNS.SnsException', 'gone') });
    assert.equal(r.status, 'FAILED');
    assert.match(r.cause, /AlgorithmError/);
  });

  on('two executions share neither a name nor checkpoints, and one repeated does both')(async () => {
    const names = async (id) => { const [q] = (await execute(machine, good, { id })).trained; return [q.TrainingJobName, q.CheckpointConfig.S3Uri]; };
    const [one, same, two] = [await names('arn:a'), await names('arn:a'), await names('arn:b')];
    assert.deepEqual(one, same);
    assert.ok(one.every((name, i) => name !== two[i]));
  });
}

test('every request is one that AWS takes', () => {
  const { status, stdout, stderr } = spawnSync('.venv/bin/python', ['checks/asl/requests.py'], { input: JSON.stringify(requests), encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
  assert.equal(requests.length, 7 * machines.length);
});

test('every state was executed', () => {
  console.log(`times entered in ${machines.map((m) => m.stack).join(', ')}\n${table(machines[0].definition)}`);
  for (const { stack, definition } of machines) {
    assert.deepEqual(never(stack, definition), []);
    assert.equal(states(definition).length, states(machines[0].definition).length);
  }
});
