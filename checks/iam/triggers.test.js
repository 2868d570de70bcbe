// What the roles that start a workflow by events may do, and who may assume them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { account, arn, resources } from '../assembly.js';
import { testRole } from './roles.js';
import { allowed, everything } from './simulator.js';
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
  ['starts a job', 'sagemaker:CreateTrainingJob', arn('sagemaker', 'training-job/staging-churn-x'), false],
  ['logs', ['logs:CreateLogDelivery', 'logs:GetLogDelivery', 'logs:UpdateLogDelivery', 'logs:DeleteLogDelivery', 'logs:ListLogDeliveries',
    'logs:PutResourcePolicy', 'logs:DescribeResourcePolicies', 'logs:DescribeLogGroups'], '*', true],
  ['traces', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'], '*', true],
], around);

for (const [name, service, own] of [
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
