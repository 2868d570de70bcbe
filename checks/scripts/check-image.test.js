// Executes the script that looks at what scanning found in an image that is to be promoted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printed, values } from './aws.js';
import { digest, run } from './bench.js';
import { asks, early, says, statuses } from './scans.js';

const repository = 'acme/image/churn/dev';

const image = `aws ecr describe-images --repository-name ${repository} --image-ids imageDigest=${digest} --query imageDetails[0].imageStatus --output text`;
const states = printed(image, Object.fromEntries([...values('ecr', 'ImageStatus'), undefined].map((imageStatus) => [imageStatus, { imageDetails: [{ imageStatus }] }])));

function check(answers, variables = {}, state = 'echo ACTIVE') {
  const r = run('acme--check-image', {
    variables: { REPOSITORY: repository, DIGEST: digest, ...variables }, rules: [['aws ecr describe-images *', state], says(...answers)],
  });
  assert.equal(r.unexpected, '');
  return r;
}

function refused(r, why) {
  assert.equal(r.status, 1);
  assert.match(r.said, why);
}

for (const name of ['clean', 'no counts']) {
  test(`${name}: a completed scan is looked at twice, and passes`, () => {
    const r = check([name]);
    assert.equal(r.status, 0, r.stderr);
    assert.deepEqual([r.calls, r.pauses], [[image, asks(repository), asks(repository)], 1]);
  });
}

for (const [name, found] of Object.entries({ HIGH: 'HIGH 2', CRITICAL: 'CRITICAL 2', both: 'CRITICAL 1 HIGH 3' })) {
  test(`${name}: what is found is refused`, () => refused(check([name]), new RegExp(`scanning found ${found} in ${digest}`)));
}

test('findings that come after the first answer are refused', () => refused(check(['no counts', 'HIGH']), /scanning found HIGH 2/));

for (const [status, becomes] of statuses) {
  test(`a scan that is ${status} is decided on`, () => {
    if (becomes === 'passes') assert.equal(check([status]).status, 0);
    else if (becomes === 'waits') {
      const r = check([status, status, 'clean']);
      assert.deepEqual([r.status, r.pauses], [0, 3], r.stderr);
    } else {
      const r = check([status]);
      refused(r, becomes);
      assert.equal(r.pauses, 0);
    }
  });
}

const becomes = { ACTIVE: 'passes', undefined: 'passes', ARCHIVED: /restored with/, ACTIVATING: /is being restored/ };
for (const [state, text] of Object.entries(states)) {
  test(`an image that is ${state} is decided on`, () => {
    const r = check(['clean'], {}, `echo ${text}`);
    if (becomes[state] === 'passes') assert.equal(r.status, 0);
    else refused(r, becomes[state]);
  });
}

test('an image that is not there is refused at once', () => {
  const r = check(['clean'], {}, 'exit 254');
  refused(r, /has no active image/);
  assert.equal(r.pauses, 0);
});

for (const name of early) {
  test(`${name}: a scan is complete only when ECR says when it was`, () => {
    const r = check([name, 'no counts', name, 'HIGH']);
    refused(r, /scanning found HIGH 2/);
    assert.equal(r.pauses, 4);
  });

  test(`${name}: a scan that never ends is refused after half an hour`, () => {
    const r = check([name], { SCAN_ATTEMPTS: '4' });
    refused(r, /is not complete yet/);
    assert.equal(r.pauses, 4);
  });
}

for (const text of ['', 'latest', digest.slice(7), `${digest} x`, `${digest}\nx`, `sha512:${digest.slice(7)}`, `${digest.slice(0, -1)}`]) {
  test(`the digest ${JSON.stringify(text)} is refused before anything is called`, () => {
    const r = check(['clean'], { DIGEST: text });
    assert.equal(r.status, 1);
    assert.deepEqual(r.calls, []);
  });
}
