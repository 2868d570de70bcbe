// What the roles that start a workflow by events, and those that tell of its end, may do, and who may assume them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { account, arn, resources } from '../assembly.js';
import { testRole } from './roles.js';
import { allowed, delegating, everything } from './simulator.js';
import { roleOf } from './stores.js';

const dir = process.env.TRAINING ?? 'examples/complete-training/cdk.out';
const machine = (name) => resources(dir, 'AWS::StepFunctions::StateMachine').find((m) => m.id.startsWith(name)).values.Ref;
const starter = machine('ChurnStarter');
const workflow = machine('ChurnStateMachine');
const around = () => ({ owner: account });
const start = 'states:StartExecution';

testRole(roleOf(dir, 'Churn', 'ChurnTriggerRole'), [
  ['starts the starter', start, starter, true],
  ['starts the workflow', start, workflow, false],
  ['starts another', start, arn('states', 'stateMachine:other'), false],
], around);

testRole(roleOf(dir, 'Churn', 'ChurnStarterRole'), [
  ['starts the workflow', start, workflow, true],
  ['starts itself', start, starter, false],
  ['stops an execution', 'states:StopExecution', `${workflow.replace(':stateMachine:', ':execution:')}:x`, false],
  ['starts a job', 'sagemaker:CreateTrainingJob', arn('sagemaker', 'training-job/staging--churn--x'), false],
  ['logs', ['logs:CreateLogDelivery', 'logs:GetLogDelivery', 'logs:UpdateLogDelivery', 'logs:DeleteLogDelivery', 'logs:ListLogDeliveries',
    'logs:PutResourcePolicy', 'logs:DescribeResourcePolicies', 'logs:DescribeLogGroups'], '*', true],
  ['traces', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'], '*', true],
], around);

const watcher = machine('ChurnWatcher');
const executionOf = (arnOfMachine) => `${arnOfMachine.replace(':stateMachine:', ':execution:')}:x`;
const [topic] = resources(dir, 'AWS::SNS::Topic').filter((t) => t.id.startsWith('ChurnTopic')).map((t) => t.values.Ref);
const logKey = resources(dir, 'AWS::KMS::Key').find((k) => k.properties.Description === 'Log groups').values.Arn;
const viaSNS = { 'kms:ViaService': 'sns.us-east-1.amazonaws.com' };

testRole(roleOf(dir, 'Churn', 'ChurnWatchRole'), [
  ['starts the watcher', start, watcher, true],
  ['starts the workflow', start, workflow, false],
], around);

testRole(roleOf(dir, 'Churn', 'ChurnWatcherRole'), [
  ['looks at an execution', 'states:DescribeExecution', executionOf(workflow), true],
  ['looks at that of another', 'states:DescribeExecution', executionOf(starter), false],
  ['stops an execution', 'states:StopExecution', executionOf(workflow), false],
  ['tells', 'sns:Publish', topic, true],
  ['tells somebody else', 'sns:Publish', arn('sns', 'other'), false],
  ['encrypts what it tells', ['kms:GenerateDataKey', 'kms:Decrypt'], logKey, true, viaSNS],
  ['encrypts by itself', ['kms:GenerateDataKey', 'kms:Decrypt'], logKey, false],
  ['logs', ['logs:CreateLogDelivery', 'logs:GetLogDelivery', 'logs:UpdateLogDelivery', 'logs:DeleteLogDelivery', 'logs:ListLogDeliveries',
    'logs:PutResourcePolicy', 'logs:DescribeResourcePolicies', 'logs:DescribeLogGroups'], '*', true],
  ['traces', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'], '*', true],
], ({ resource }) => ({ owner: account, resourcePolicy: resource.startsWith('arn:aws:kms:') ? delegating : undefined }));

for (const [what, action, resource, expected] of [
  ['the executions of its own machine', 'states:ListExecutions', workflow, true], ['those of another', 'states:ListExecutions', starter, false],
  ['all machines', 'states:ListStateMachines', '*', false],
]) {
  test(`the workflow ${expected ? 'lists' : 'does not list'} ${what}`, async () => {
    const { arn: principal, identity } = roleOf(dir, 'Churn', 'ChurnWorkflowRole');
    assert.equal(await allowed({ principal, identity, action, resource, owner: account }), expected);
  });
}

for (const [name, service, own] of [
  ['ChurnWatchRole', 'events.amazonaws.com', arn('events', 'rule/x')], ['ChurnWatcherRole', 'states.amazonaws.com', arn('states', 'stateMachine:x')],
  ['ChurnTriggerRole', 'events.amazonaws.com', arn('events', 'rule/x')], ['ChurnStarterRole', 'states.amazonaws.com', arn('states', 'stateMachine:x')],
]) {
  const { properties, values } = resources(dir, 'AWS::IAM::Role').find((r) => r.id.startsWith(name));
  const elsewhere = own.replace(account, '999988887777');
  for (const [what, principal, source, from, expected] of [
    ['its service', service, own, account, true], ['its service, for another account', service, elsewhere, '999988887777', false],
    ['its service, for a rule or machine elsewhere', service, elsewhere, account, false], ['its service, for nobody', service, undefined, undefined, false],
    ['another service', 'lambda.amazonaws.com', own, account, false],
  ]) {
    test(`${name} is ${expected ? '' : 'not '}assumed by ${what}`, async () => {
      const context = { ...(source && { 'aws:SourceArn': source }), ...(from && { 'aws:SourceAccount': from }) };
      assert.equal(await allowed({
        principal, action: 'sts:AssumeRole', resource: values.Arn, context, identity: everything, resourcePolicy: properties.AssumeRolePolicyDocument,
      }), expected);
    });
  }
}

test('events that can not be delivered go to a queue, which takes them of the rules alone', async () => {
  const rules = resources(dir, 'AWS::Events::Rule');
  assert.ok(rules.length > 4);
  for (const { id, values, properties } of rules) {
    const queue = properties.Targets[0].DeadLetterConfig?.Arn;
    const [{ properties: { PolicyDocument } }] = resources(dir, 'AWS::SQS::QueuePolicy').filter((p) => JSON.stringify(p.properties).includes(queue));
    const sends = (source, more = {}) => allowed({
      principal: 'events.amazonaws.com', action: 'sqs:SendMessage', resource: queue, context: { 'aws:SourceArn': source, 'aws:SecureTransport': 'true', ...more },
      identity: everything, resourcePolicy: PolicyDocument,
    });
    assert.deepEqual([await sends(values.Arn), await sends(arn('events', 'rule/other')), await sends(values.Arn, { 'aws:SecureTransport': 'false' })],
      [true, false, false], id);
  }
});
