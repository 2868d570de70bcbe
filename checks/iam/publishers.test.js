// Which services may publish to the topics of workflows: the policies of a topic and of its key decide together.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { account, resources } from '../assembly.js';
import { allowed, everything, possible } from './simulator.js';

const yes = true;
const no = false;
const foreign = '999988887777';
const mine = { 'aws:SourceAccount': account };
const theirs = { 'aws:SourceAccount': foreign };
const plain = { ...mine, 'aws:SecureTransport': 'false' };

const requests = [
  // name, topic, service, expected, context
  ['an alarm', 'Churn', 'cloudwatch', yes, mine],
  ['an alarm of another account', 'Churn', 'cloudwatch', no, theirs],
  ['an alarm of nobody knows whose account', 'Churn', 'cloudwatch', no, {}],
  ['a rule, of which SNS knows no account', 'Churn', 'events', yes, {}],
  ['a budget', 'Churn', 'budgets', yes, mine],
  ['a budget of another account', 'Churn', 'budgets', no, theirs],
  ['a service that is not named', 'Churn', 'costalerts', no, mine],
  ['an alarm, where none is named', 'ChurnPipeline', 'cloudwatch', no, mine],
];

const dir = process.env.TRAINING ?? 'examples/complete-training/cdk.out';
const ofTraining = (type) => resources(dir, type);
const topicOf = (id) => ofTraining('AWS::SNS::Topic').find((t) => new RegExp(`^${id}Topic[0-9A-F]{8}$`).test(t.id)).values.Ref;
const policyOf = (topic) => ofTraining('AWS::SNS::TopicPolicy').find((p) => p.properties.Topics.includes(topic)).properties.PolicyDocument;
const key = ofTraining('AWS::KMS::Key').find((k) => k.properties.Description === 'Log groups');

for (const [name, id, service, expected, context] of requests) {
  test(`${name}: ${expected ? 'heard' : 'refused'}`, async () => {
    const topic = topicOf(id);
    const publish = { principal: `${service}.amazonaws.com`, action: 'sns:Publish', resource: topic, context, identity: everything, resourcePolicy: policyOf(topic) };
    await possible(publish);
    assert.equal(await allowed(publish), expected, 'publishing');
    assert.equal(await allowed({ ...publish, context: plain }), no, 'over plain HTTP');
  });
}

const ofKey = { resource: key.values.Arn, identity: everything, resourcePolicy: key.properties.KeyPolicy };

// The key is that of the network's logs, which all topics share.
for (const [service, expected, context] of [
  ['cloudwatch', yes, mine], ['cloudwatch', no, theirs], ['cloudwatch', no, {}], ['budgets', yes, mine], ['budgets', no, theirs], ['events', yes, {}],
  ['costalerts', no, mine], ['s3', no, mine],
]) {
  for (const action of ['kms:Decrypt', 'kms:GenerateDataKey']) {
    test(`${service} for ${context['aws:SourceAccount'] ?? 'nobody'} does ${action} with a topic's key: ${expected}`, async () => {
      const use = { principal: `${service}.amazonaws.com`, action, ...ofKey, context };
      assert.equal(await allowed(use), expected);
    });
  }
}

test('no service administers the key of a topic', async () => {
  for (const action of ['kms:PutKeyPolicy', 'kms:CreateGrant', 'kms:ScheduleKeyDeletion']) {
    const use = { principal: 'cloudwatch.amazonaws.com', action, ...ofKey, context: mine };
    assert.equal(await allowed(use), no, action);
  }
});
