// The state machine by which events start a workflow: each event starts one execution, however often it is delivered.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import validate from 'asl-validator';
import { StateMachine } from 'aws-local-stepfunctions';
import { resources } from '../assembly.js';

const dir = process.env.TRAINING ?? 'examples/complete-training/cdk.out';
const all = resources(dir, 'AWS::StepFunctions::StateMachine').map(({ id, values, properties }) => ({ id, arn: values.Ref, definition: JSON.parse(properties.DefinitionString) }));
const starter = all.find((m) => m.id.startsWith('ChurnStarter'));
const workflow = all.find((m) => m.id.startsWith('ChurnStateMachine'));
const rules = resources(dir, 'AWS::Events::Rule').map((r) => r.properties);

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

// event is what EventBridge makes of an event for a rule's target.
function event({ Targets: [{ InputTransformer }] }, { id, time }) {
  return JSON.parse(InputTransformer.InputTemplate.replace('<id>', id).replace('<time>', time).replace('<digest>', digest));
}

// deliver runs the starter; start stands for Step Functions.
async function deliver(input, start = () => ({ ExecutionArn: 'arn:x' })) {
  const started = [];
  const { result } = new StateMachine(starter.definition, { validationOptions: { checkArn: false } }).run(input, {
    overrides: {
      taskResourceLocalHandlers: { Start: async (request) => { started.push(request); return start(started.length); } },
      waitTimeOverrides: { Settle: 0 }, retryIntervalOverrides: { Start: 0 },
    },
  });
  return { started, ...await result.then(() => ({ status: 'SUCCEEDED' }), () => ({ status: 'FAILED' })) };
}
const throwing = (name) => () => { throw Object.assign(new Error(name), { name }); };
const by = (what) => rules.find((r) => (what === 'schedule' ? r.ScheduleExpression : r.EventPattern?.source[0] === `aws.${what}`));
const at = (time, id = '0a1b2c3d-0000-1111-2222-333344445555') => ({ id, time });
const nameOf = async (what, when) => (await deliver(event(by(what), when))).started[0].Name;

test('both documents are valid', () => {
  for (const { definition } of [starter, workflow]) {
    const { isValid, errorsText } = validate(definition);
    assert.ok(isValid, errorsText('\n'));
  }
});

for (const what of ['schedule', 's3', 'ecr']) {
  test(`${what}: the workflow is started, with an input that it takes, under a name that Step Functions takes`, async () => {
    const { started: [request], status } = await deliver(event(by(what), at('2026-11-23T16:20:00Z')));
    assert.equal(status, 'SUCCEEDED');
    assert.equal(request.StateMachineArn, workflow.arn);
    assert.deepEqual(JSON.parse(request.Input), { num_round: 200, eta: 0.3, 'batch-size': 256, ...(what === 'ecr' && { image: digest }) });
    assert.match(request.Name, /^[A-Za-z0-9_-]{1,80}$/);
  });

  test(`${what}: an event that is delivered twice has one name`, async () => {
    assert.equal(await nameOf(what, at('2026-11-23T16:20:00Z')), await nameOf(what, at('2026-11-23T16:20:00Z')));
  });

  test(`${what}: what runs already is not started again, and that is no failure`, async () => {
    const r = await deliver(event(by(what), at('2026-11-23T16:20:00Z')), throwing('Sfn.ExecutionAlreadyExistsException'));
    assert.deepEqual([r.status, r.started.length], ['SUCCEEDED', 1]);
  });

  test(`${what}: throttling is retried by the same name, another error is a failure`, async () => {
    const r = await deliver(event(by(what), at('2026-11-23T16:20:00Z')), (n) => (n < 3 ? throwing('Sfn.SfnException')() : {}));
    assert.equal(r.status, 'SUCCEEDED');
    assert.equal(new Set(r.started.map((q) => q.Name)).size, 1);
    assert.equal((await deliver(event(by(what), at('2026-11-23T16:20:00Z')), throwing('Sfn.AccessDeniedException'))).status, 'FAILED');
  });
}

test('new data of one hour is one execution, of the next another', async () => {
  const name = (time, id) => nameOf('s3', at(time, id));
  assert.equal(await name('2026-11-23T16:00:00Z', 'a'), await name('2026-11-23T16:59:59Z', 'b'));
  assert.notEqual(await name('2026-11-23T16:59:59Z', 'a'), await name('2026-11-23T17:00:00Z', 'a'));
  assert.equal(starter.definition.States.Settle.Seconds, 3600);
});

test('other events are one execution each', async () => {
  for (const what of ['schedule', 'ecr']) {
    assert.notEqual(await nameOf(what, at('2026-11-23T16:20:00Z', 'a')), await nameOf(what, at('2026-11-23T16:20:00Z', 'b')));
  }
});

test('two triggers never share a name', async () => {
  const names = await Promise.all(['schedule', 's3', 'ecr'].map((what) => nameOf(what, at('2026-11-23T16:20:00Z'))));
  assert.equal(new Set(names).size, 3);
});

// matches tells whether an event fits a pattern of EventBridge, as far as the rule of images has operators
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html).
function matches(pattern, value) {
  if (!Array.isArray(pattern)) return Object.entries(pattern).every(([key, inner]) => matches(inner, value?.[key]));
  return pattern.some((p) => {
    if (typeof p === 'string') return value === p;
    if ('exists' in p) return (value !== undefined) === p.exists;
    if ('prefix' in p) return value?.startsWith(p.prefix);
    return value !== undefined && !value.startsWith(p['anything-but'].prefix);
  });
}

const pushed = (detail) => matches(by('ecr').EventPattern, {
  source: 'aws.ecr', 'detail-type': 'ECR Image Action',
  detail: { result: 'SUCCESS', 'repository-name': 'ml/image/churn/staging', 'image-digest': digest, 'action-type': 'PUSH', 'image-tag': 'x', ...detail },
});
const docker = { 'artifact-media-type': 'application/vnd.docker.container.image.v1+json', 'manifest-media-type': 'application/vnd.docker.distribution.manifest.v2+json' };
const oci = (artifact) => ({ 'artifact-media-type': artifact, 'manifest-media-type': 'application/vnd.oci.image.manifest.v1+json' });
for (const [name, detail, starts] of [
  ['the example of the guide', {}, true], ['an image of Docker', docker, true], ['an image of OCI', oci('application/vnd.oci.image.config.v1+json'), true],
  ['an image without a tag', { ...docker, 'image-tag': undefined }, true], ['an image with an empty tag', { ...docker, 'image-tag': '' }, true],
  ['a signature of Notation', { ...oci('application/vnd.cncf.notary.signature'), 'image-tag': '' }, false],
  ['a signature of Cosign', { ...oci('application/vnd.oci.image.config.v1+json'), 'image-tag': `${digest.replace(':', '-')}.sig` }, false],
  ['a list of referrers', { 'image-tag': digest.replace(':', '-') }, false], ['a list of materials', oci('application/vnd.cyclonedx+json'), false],
  ['a deletion', { 'action-type': 'DELETE' }, false], ['a failed push', { result: 'FAILURE' }, false],
  ['a push elsewhere', { 'repository-name': 'ml/image/churn/prod' }, false], ['another digest', { 'image-digest': 'sha512:x' }, false],
]) {
  test(`${name} starts ${starts ? 'the workflow' : 'nothing'}`, () => assert.equal(pushed(detail), starts));
}
