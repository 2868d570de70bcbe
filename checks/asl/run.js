// Validates the state machine of every training stack and executes it with a real interpreter of the Amazon States
// Language: what is refused, what is retried, how each execution ends.
//
//   node checks/asl/run.js CDK_OUT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import validate from 'asl-validator';
import { StateMachine } from 'aws-local-stepfunctions';
import { resources } from '../assembly.js';

const machines = resources(process.env.ASSEMBLY ?? 'cdk.out', 'AWS::StepFunctions::StateMachine')
  .filter(({ stack }) => stack.endsWith('/Training'))
  .map(({ stack, properties }) => ({ stack, definition: JSON.parse(properties.DefinitionString) }));
const good = { num_round: 100, max_depth: 6, eta: 0.3 };
const context = { Execution: { Id: 'arn:aws:states:eu-west-1:111122223333:execution:x:1' }, State: {} };

// execute runs the machine; train stands for SageMaker: it gets the request and answers or throws. It tells how the
// execution ended and which requests SageMaker saw.
async function execute(definition, input, train) {
  const requests = [];
  const options = {
    context,
    overrides: {
      taskResourceLocalHandlers: { Train: async (request) => { requests.push(request); return train(requests.length); } },
      retryIntervalOverrides: { Train: 0 },
    },
  };
  try {
    const output = await new StateMachine(definition, { validationOptions: { checkArn: false } }).run(input, options).result;
    return { status: 'SUCCEEDED', output, requests };
  } catch ({ cause: error }) {
    return { status: 'FAILED', error: error.name, cause: error.message, requests };
  }
}

function failing(name, message, times = Infinity) {
  return (n) => {
    if (n > times) return { TrainingJobStatus: 'Completed' };
    throw Object.assign(new Error(message), { name });
  };
}

const completed = () => ({ TrainingJobStatus: 'Completed', SecondaryStatus: 'Completed' });

test('there is a state machine in each environment', () => {
  assert.deepEqual(machines.map((m) => m.stack), ['dev/Training', 'prod/Training', 'staging/Training']);
});

for (const { stack, definition } of machines) {
  test(`${stack}: the document is valid`, () => {
    const { isValid, errorsText } = validate(definition);
    assert.ok(isValid, errorsText('\n'));
  });

  test(`${stack}: a good input trains once, isolated, and ends well`, async () => {
    const r = await execute(definition, good, completed);
    assert.equal(r.status, 'SUCCEEDED', r.cause);
    assert.equal(r.requests.length, 1);
    const [request] = r.requests;
    assert.equal(request.EnableNetworkIsolation, true);
    assert.equal(request.EnableInterContainerTrafficEncryption, true);
    assert.ok(request.VpcConfig.Subnets.length > 0);
    assert.match(request.TrainingJobName, /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/);
    assert.deepEqual(
      { num_round: request.HyperParameters.num_round, max_depth: request.HyperParameters.max_depth, eta: request.HyperParameters.eta },
      { num_round: '100', max_depth: '6', eta: '0.3' },
      'hyperparameters are texts',
    );
  });

  const bad = {
    'nothing': {},
    'one missing': { num_round: 100, max_depth: 6 },
    'a text for a number': { ...good, num_round: '100' },
    'null': { ...good, eta: null },
    'a list': { ...good, eta: [0.3] },
    'below the range': { ...good, num_round: 0 },
    'above the range': { ...good, num_round: 2001 },
    'a fraction for a whole number': { ...good, max_depth: 6.5 },
    'a boolean': { ...good, num_round: true },
  };
  for (const [name, input] of Object.entries(bad)) {
    test(`${stack}: ${name} is refused before anything is spent`, async () => {
      const r = await execute(definition, input, completed);
      assert.equal(r.status, 'FAILED');
      assert.equal(r.error, 'InputRejected');
      assert.match(r.cause, /num_round, a whole number from 1 to 2000/);
      assert.equal(r.requests.length, 0);
    });
  }

  test(`${stack}: a throttled call is made again with the same name`, async () => {
    const r = await execute(definition, good, failing('SageMaker.AmazonSageMakerException', 'Rate exceeded', 2));
    assert.equal(r.status, 'SUCCEEDED', r.cause);
    assert.equal(new Set(r.requests.map((q) => q.TrainingJobName)).size, 1);
    assert.equal(r.requests.length, 3);
  });

  test(`${stack}: a job that failed is not paid for twice, and its reason is kept`, async () => {
    const r = await execute(definition, good, failing('States.TaskFailed', 'AlgorithmError: exit code 1'));
    assert.equal(r.status, 'FAILED');
    assert.equal(r.requests.length, 1);
    assert.match(r.cause, /AlgorithmError/);
  });

  test(`${stack}: a stopped job is a failure`, async () => {
    const r = await execute(definition, good, () => ({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxRuntimeExceeded' }));
    assert.equal(r.status, 'FAILED');
    assert.equal(r.error, 'TrainingStopped');
    assert.match(r.cause, /MaxRuntimeExceeded/);
  });

  test(`${stack}: retries of a used-up quota end`, async () => {
    const r = await execute(definition, good, failing('SageMaker.ResourceLimitExceededException', 'quota'));
    assert.equal(r.status, 'FAILED');
    assert.equal(r.error, 'SageMaker.ResourceLimitExceededException');
    assert.equal(r.requests.length, 11);
  });
}
