// Executes the script that copies images: those that are promoted, and those of the mirror.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digest, host, run } from './bench.js';

const other = `sha256:${'f'.repeat(64)}`;
const from = `${host}/acme/image/churn/dev`;
const to = `${host}/acme/image/churn/staging`;
const hex = digest.slice(7);
const COPIES = `${from}@${digest} ${to}:${hex}`;
const statusOf = (stage) => (
  `aws ecr describe-image-signing-status --repository-name acme/image/churn/${stage} --image-id imageDigest=* --query signingStatuses\\[\\].status *`);
const target = (name, tag) => `aws ecr describe-images --repository-name ${name} --image-ids imageTag=${tag} --query imageDetails\\[0\\].imageDigest --output text`;
const create = 'docker buildx imagetools create --prefer-index=false --tag *';
const absent = 'echo "An error occurred (ImageNotFoundException)" >&2; exit 254';
const usual = [
  [target('acme/image/churn/staging', hex), absent, `echo ${digest}`],
  [statusOf('dev'), 'echo COMPLETE'],
  [statusOf('staging'), 'echo COMPLETE'],
  [create, ':'],
];

function copy(rules = [], variables = { COPIES }, project = 'acme--copy') {
  const r = run(project, { variables, rules: [...rules, ...usual] });
  assert.equal(r.unexpected, '');
  return { ...r, copies: r.calls.filter((call) => call.startsWith('docker buildx')) };
}

function fails(r, why) {
  assert.equal(r.status, 1);
  assert.match(r.said, why);
}

test('an image that is signed is copied by its digest, and its copy is signed', () => {
  const r = copy();
  assert.equal(r.status, 0, r.stderr);
  const image = `--image-id imageDigest=${digest} --query signingStatuses[].status --output text`;
  const there = `aws ecr describe-images --repository-name acme/image/churn/staging --image-ids imageTag=${hex} --query imageDetails[0].imageDigest --output text`;
  assert.deepEqual(r.calls, [
    'aws ecr get-login-password', `docker login --username AWS --password-stdin ${host}`,
    `aws ecr describe-image-signing-status --repository-name acme/image/churn/dev ${image}`,
    there, `docker buildx imagetools create --prefer-index=false --tag ${to}:${hex} ${from}@${digest}`, there,
    `aws ecr describe-image-signing-status --repository-name acme/image/churn/staging ${image}`,
  ]);
  assert.equal(r.stdout, `Copied: ${to}:${hex} ${digest}\n`);
  assert.equal(r.kept.passwords, 'PASSWORD\n');
});

test('what is there already is not copied again', () => {
  const r = copy([[target('*', '*'), `echo ${digest}`]]);
  assert.equal(r.status, 0, r.stderr);
  assert.deepEqual(r.copies, []);
});

test('another image under the tag is a failure, and stays', () => {
  const r = copy([[target('*', '*'), `echo ${other}`]]);
  fails(r, new RegExp(`is ${other} and not ${digest}`));
  assert.deepEqual(r.copies, []);
});

test('a copy with another digest is a failure', () => fails(copy([[target('*', '*'), absent, `echo ${other}`]]), new RegExp(`is ${other} and not`)));
test('a copy that is not there is a failure', () => fails(copy([[target('*', '*'), absent]]), /is {2}and not sha256/));

test('a copy that fails ends it', () => {
  const r = copy([[create, 'echo denied >&2; exit 1']]);
  assert.equal(r.status, 1);
  assert.equal(r.stdout, '');
});

for (const [name, answer] of Object.entries({
  'no signature': 'echo', 'a signature that failed': 'echo FAILED', 'a signature under way': 'echo IN_PROGRESS',
  'one of two signatures': 'printf "COMPLETE\\tFAILED\\n"', 'no answer': 'exit 254',
})) {
  test(`an image with ${name} is not copied`, () => {
    const r = copy([[statusOf('dev'), answer]]);
    fails(r, /is not signed/);
    assert.deepEqual(r.copies, []);
  });
}

test('an image with two signatures is copied', () => assert.equal(copy([[statusOf('dev'), 'printf "COMPLETE\\tCOMPLETE\\n"']]).status, 0));

test('a copy that is never signed fails', () => {
  const r = copy([[statusOf('staging'), 'echo IN_PROGRESS']]);
  fails(r, new RegExp(`Not copied: ${to}:${hex} is not signed`));
  assert.equal(r.pauses, 60);
});

test('the signature of a copy is waited for', () => {
  const r = copy([[statusOf('staging'), 'exit 254', 'echo', 'echo IN_PROGRESS', 'echo COMPLETE']]);
  assert.equal(r.status, 0, r.stderr);
  assert.equal(r.pauses, 3);
});

for (const rule of [['aws ecr get-login-password', 'exit 254'], ['docker login *', 'cat >/dev/null; exit 1']]) {
  test(`nothing is copied without ${rule[0]}`, () => {
    const r = copy([rule]);
    assert.notEqual(r.status, 0);
    assert.deepEqual(r.copies, []);
  });
}

const two = `${COPIES}\n\n${from}@${other} ${to}:${'f'.repeat(64)}\n`;
const second = [target('acme/image/churn/staging', 'f'.repeat(64)), absent, `echo ${other}`];
test('two images are copied, and empty lines are nothing', () => {
  const r = copy([second], { COPIES: two });
  assert.equal(r.status, 0, r.stderr);
  assert.deepEqual(r.copies.map((call) => call.split(' ').at(-1)), [`${from}@${digest}`, `${from}@${other}`]);
});

test('the first that fails ends it', () => {
  const r = copy([second, [create, 'exit 1']], { COPIES: two });
  assert.equal(r.status, 1);
  assert.equal(r.copies.length, 1);
});

test('a command that reads its input does not swallow the second line', () => {
  const r = copy([second, [create, 'cat >/dev/null']], { COPIES: two });
  assert.equal(r.copies.length, 2);
});

test('no images: nothing is copied', () => assert.deepEqual(copy([], { COPIES: '' }).copies, []));
test('no COPIES is a failure', () => assert.equal(copy([], {}).status, 1));

test('a line without a target is a failure', () => {
  const r = copy([[target('*', '*'), absent]], { COPIES: `${from}@${digest}` });
  assert.equal(r.status, 1);
});

const mirrored = `sha256:${'0'.repeat(64)}`;
test('the mirror copies images that nobody signed', () => {
  const r = copy([[target('acme/mirror/pytorch', '2.13'), absent, `echo ${mirrored}`]], {}, 'acme--mirror');
  assert.equal(r.status, 0, r.stderr);
  assert.deepEqual(r.copies, ['docker buildx imagetools create --prefer-index=false --tag '
    + `${host}/acme/mirror/pytorch:2.13 763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training@${mirrored}`]);
  assert.ok(!r.calls.some((call) => call.includes('signing')));
  assert.deepEqual(r.calls.filter((call) => call.startsWith('docker login')).map((call) => call.split(' ').at(-1)),
    ['763104351884.dkr.ecr.us-east-1.amazonaws.com', host]);
});

test('the mirror does not move a tag', () => {
  const r = copy([[target('acme/mirror/pytorch', '2.13'), `echo ${other}`]], {}, 'acme--mirror');
  fails(r, /and not sha256:0000/);
  assert.deepEqual(r.copies, []);
});
