// The state machines that tell of executions which could not do so themselves: stopped by hand, broken off, or of a pipeline.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import validate from 'asl-validator';
import { StateMachine } from 'aws-local-stepfunctions';
import { resources } from '../assembly.js';

const dir = process.env.TRAINING ?? 'examples/complete-training/cdk.out';
const all = resources(dir, 'AWS::StepFunctions::StateMachine');
const definitionOf = (id) => JSON.parse(all.find((m) => m.id.startsWith(id)).properties.DefinitionString);
const watchers = { workflow: definitionOf('ChurnWatcher'), pipeline: definitionOf('ChurnPipelineWatcher') };
const patternOf = (id) => resources(dir, 'AWS::Events::Rule').find((r) => r.id.startsWith(id)).properties.EventPattern;
const entered = new Set();
const throwing = (name) => () => { throw Object.assign(new Error(name), { name }); };

// hear runs a watcher; look stands for Step Functions, and tell for SNS. It gives the messages that were sent.
async function hear(watcher, event, { look, tell = () => ({}) } = {}) {
  const messages = [];
  const { result, eventLogs } = new StateMachine(watchers[watcher], { validationOptions: { checkArn: false } }).run(event, {
    overrides: {
      taskResourceLocalHandlers: { Look: async (request) => look(request), Tell: async (request) => { messages.push(request); return tell(messages.length); } },
      retryIntervalOverrides: { Look: 0, Tell: 0 },
    },
  });
  const counted = (async () => {
    for await (const { type, state } of eventLogs) if (type === 'StateEntered') entered.add(`${watcher} ${state.name}`);
  })();
  const status = await result.then(() => 'SUCCEEDED', () => 'FAILED');
  await counted;
  return { messages, status };
}
const execution = 'arn:aws:states:us-east-1:111122223333:execution:x:1';
const ended = (status) => ({ executionArn: execution, status, input: '{}' });
const described = (Status, more = {}) => () => ({ ExecutionArn: execution, Status, Input: '{}', ...more });

test('both documents are valid', () => {
  for (const definition of Object.values(watchers)) {
    const { isValid, errorsText } = validate(definition);
    assert.ok(isValid, errorsText('\n'));
  }
});

for (const [name, status, said, want] of [
  ['stopped without a word', 'ABORTED', {}, ['Stopped', 'ExecutionStopped']],
  ['stopped for a reason', 'ABORTED', { Error: 'TooDear', Cause: 'end of the month' }, ['Stopped', 'TooDear']],
  ['that ran out of time', 'TIMED_OUT', {}, ['Stopped', 'ExecutionStopped']],
  ['that Step Functions broke off', 'FAILED', { Error: 'States.Runtime', Cause: 'a path to nothing' }, ['Unknown', 'States.Runtime']],
  ['that said too much', 'FAILED', { Error: 'States.DataLimitExceeded', Cause: 'too long' }, ['Unknown', 'States.DataLimitExceeded']],
]) {
  test(`an execution ${name} is told`, async () => {
    const { messages: [{ Message: message, TopicArn }], status: done } = await hear('workflow', ended(status), { look: described(status, said) });
    assert.equal(done, 'SUCCEEDED');
    assert.match(TopicArn, /:sns:/);
    assert.deepEqual([message.class, message.error, message.execution], [...want, execution]);
    if (said.Cause) assert.equal(message.cause, said.Cause);
    assert.ok(message.link.endsWith(`#/v2/executions/details/${execution}`));
  });
}

test('a failure that the workflow has told itself is not told again', async () => {
  for (const Error of ['InputRejected', 'TrainingStopped', 'States.TaskFailed', 'States.Timeout']) {
    assert.deepEqual((await hear('workflow', ended('FAILED'), { look: described('FAILED', { Error, Cause: 'x' }) })).messages, []);
  }
});

test('an execution that can not be looked at is told', async () => {
  const { messages } = await hear('workflow', ended('ABORTED'), { look: throwing('Sfn.ExecutionDoesNotExistException') });
  assert.deepEqual(messages.map((m) => m.Message.error), ['Sfn.ExecutionDoesNotExistException']);
});

test('telling is tried again', async () => {
  const { messages, status } = await hear('workflow', ended('ABORTED'), {
    look: described('ABORTED'), tell: (n) => (n < 3 ? throwing('States.TaskFailed')() : {}),
  });
  assert.deepEqual([messages.length, status], [3, 'SUCCEEDED']);
});

test('every end of a pipeline is told', async () => {
  const arn = 'arn:aws:sagemaker:us-east-1:111122223333:pipeline/staging--churnpipeline/execution/x';
  const statuses = patternOf('ChurnPipelineWatch').detail.currentPipelineExecutionStatus;
  assert.deepEqual(statuses, ['Succeeded', 'Failed', 'Stopped']);
  for (const status of statuses) {
    const { messages: [{ Message: message }] } = await hear('pipeline', { pipelineExecutionArn: arn, currentPipelineExecutionStatus: status });
    assert.deepEqual([message.execution, message.status, message.workflow], [arn, status, 'staging--churnpipeline']);
  }
});

test('each listens to its own only', () => {
  const workflow = all.find((m) => m.id.startsWith('ChurnStateMachine')).values.Ref;
  assert.deepEqual(patternOf('ChurnWatch').detail, { stateMachineArn: [workflow], status: ['ABORTED', 'FAILED', 'TIMED_OUT'] });
  assert.deepEqual(patternOf('ChurnPipelineWatch').detail.pipelineArn, [
    { 'equals-ignore-case': 'arn:aws:sagemaker:us-east-1:111122223333:pipeline/staging--churnpipeline' },
  ]);
});

test('every state was executed', () => {
  const every = Object.entries(watchers).flatMap(([name, { States }]) => Object.keys(States).map((state) => `${name} ${state}`));
  assert.deepEqual(every.filter((s) => !entered.has(s)), []);
});
