// Executes the workflow of the example of training with images that were pushed: what runs is what the input names, and nothing else than an image
// of the one repository.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import validate from 'asl-validator';
import { resources } from '../assembly.js';
import { execute } from './training.js';

const dir = process.env.TRAINING ?? 'examples/complete-training/cdk.out';
const [definition] = resources(dir, 'AWS::StepFunctions::StateMachine').filter(({ id }) => id.startsWith('ChurnStateMachine'))
  .map(({ properties }) => JSON.parse(properties.DefinitionString));
const repository = '111122223333.dkr.ecr.us-east-1.amazonaws.com/ml/image/churn/staging';
const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const good = { num_round: 200, eta: 0.3, 'batch-size': 256 };

const run = (input) => execute({ stack: 'Training', definition }, input);
const images = (r) => ({
  prepare: r.of('Prepare').map((q) => q.AppSpecification.ImageUri), train: r.trained.map((q) => q.AlgorithmSpecification.TrainingImage),
  evaluate: r.of('Evaluate').map((q) => q.AppSpecification.ImageUri), register: r.of('Register').map((q) => q.InferenceSpecification.Containers[0].Image),
});
const all = (image) => ({ prepare: [image], train: [image], evaluate: [image], register: [image] });

test('the document is valid', () => {
  const { isValid, errorsText } = validate(definition);
  assert.ok(isValid, errorsText('\n'));
});

test('what was pushed is prepared, trained, evaluated and registered with', async () => {
  const r = await run({ ...good, image: digest });
  assert.equal(r.status, 'SUCCEEDED', r.cause);
  assert.deepEqual(images(r), all(`${repository}@${digest}`));
});

test('without a push the images of the jobs run', async () => {
  const r = await run(good);
  assert.equal(r.status, 'SUCCEEDED', r.cause);
  assert.deepEqual(images(r), all(`${repository}:1`));
});

for (const image of ['', 'latest', 7, null, true, [digest], { digest }, `other@${digest}`, `${digest}:x`, `${digest} x`, `${digest}@${digest}`, `${digest}/../x`, digest.slice(7)]) {
  test(`the image ${JSON.stringify(image)} is refused`, async () => {
    const r = await run({ ...good, image });
    assert.deepEqual([r.status, r.error, r.asked], ['FAILED', 'InputRejected', 'TellFailure']);
    assert.match(r.cause, /must be the digest of an image/);
  });
}

for (const [name, input] of Object.entries({ 'one field more': { ...good, image: digest, more: 1 }, 'another in its place': { ...good, more: 1 }, 'a parameter less': { num_round: 200, eta: 0.3, image: digest } })) {
  test(`${name} is refused`, async () => {
    const r = await run(input);
    assert.deepEqual([r.status, r.error], ['FAILED', 'InputRejected']);
    assert.match(r.cause, /image, sha256:DIGEST, or none; and nothing else/);
  });
}
