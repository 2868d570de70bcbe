// Executes the state machine of promotions with a real interpreter of the Amazon States Language, every branch of it: how it
// ends, what it calls, in which order, and with which request.
//
//   ASSEMBLY=examples/complete-supplychain/cdk.out node --test checks/asl/promotion.test.js
import assert from 'node:assert/strict';
import { test } from 'node:test';
import validate from 'asl-validator';
import { digest, execute, image, machine, missed, pypi, revision, scoped, table, throwing, topic } from './promotion.js';

const host = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
const stages = [['dev', 'staging'], ['staging', 'prod']];
const ofPackage = ['FindPackage', 'CheckPackage', 'Approval', 'Record', 'CopyPackage', 'Promoted'];
const ofImage = ['CheckImage', 'Materials', 'Approval', 'Record', 'CopyImage', 'Promoted'];
const sent = (r, state) => r.calls.find((call) => call.state === state)?.request;
const variables = (request) => Object.fromEntries(request.EnvironmentVariablesOverride.map((v) => [v.Name, v.Value]));

test('the document is valid', () => {
  const { isValid, errorsText } = validate(machine);
  assert.ok(isValid, errorsText('\n'));
});

// promoted checks an execution that ended well, up to what was copied.
function promoted(r, tasks, { what, exactly, key, from, to }) {
  assert.deepEqual([r.status, r.error, r.cause], ['SUCCEEDED', undefined, undefined]);
  assert.deepEqual(r.tasks, tasks);
  const subject = { what, exactly, from, to };
  const { approve, refuse, ...asked } = sent(r, 'Approval').Message;
  assert.deepEqual(asked, { ...subject, requestedBy: 'ann', execution: 'arn:execution', taskToken: 'TOKEN-OF-THIS-TASK' });
  assert.match(approve, /^aws stepfunctions send-task-success .*'\{"approvedBy": "YOUR NAME"\}'$/);
  assert.match(refuse, /^aws stepfunctions send-task-failure /);
  assert.equal(sent(r, 'Approval').TopicArn, topic);
  assert.equal(sent(r, 'Approval').Subject, `To approve: promotion to ${to}`);
  const { Bucket, ...record } = sent(r, 'Record');
  assert.match(Bucket, /records/);
  assert.deepEqual(record, {
    Key: `images/${key}/promoted-to-${to}.json`, ContentType: 'application/json',
    Body: { ...subject, requestedBy: 'ann', approvedBy: 'bob', execution: 'arn:execution', at: '2026-01-02T03:04:05Z' },
  });
  assert.deepEqual(sent(r, 'Promoted'), { TopicArn: topic, Subject: 'Promoted', Message: { what, exactly, to, approvedBy: 'bob' } });
}

for (const [from, to] of stages) {
  for (const { format, namespace = '', name, version } of [pypi, scoped]) {
    const given = namespace ? { Namespace: namespace } : {};
    test(`a package of ${format} goes from ${from} to ${to}, ${namespace ? 'with its' : 'without a'} namespace`, async () => {
      const r = await execute({ to, requestedBy: 'ann', package: namespace ? scoped : pypi });
      promoted(r, ofPackage, {
        what: `${format} package ${namespace} ${name} ${version}`, exactly: revision, from, to,
        key: `packages/${format}/${namespace}/${name}/${version}/${revision}`,
      });
      const domain = { Domain: 'acme', DomainOwner: '111122223333', Format: format, Package: name, ...given };
      assert.deepEqual(sent(r, 'FindPackage'), { ...domain, Repository: from, PackageVersion: version });
      assert.equal(sent(r, 'CheckPackage').ProjectName, 'acme--check');
      assert.deepEqual(variables(sent(r, 'CheckPackage')),
        { FORMAT: format, NAMESPACE: namespace, PACKAGE: name, VERSION: version, REVISION: revision });
      assert.deepEqual(sent(r, 'CopyPackage'), {
        ...domain, SourceRepository: from, DestinationRepository: to, VersionRevisions: { [version]: revision },
        AllowOverwrite: false, IncludeFromUpstream: false,
      });
    });
  }

  test(`an image goes from ${from} to ${to}`, async () => {
    const r = await execute({ to, requestedBy: 'ann', image });
    promoted(r, ofImage, { what: 'image churn', exactly: digest, key: digest, from, to });
    assert.equal(sent(r, 'CheckImage').ProjectName, 'acme--check-image');
    assert.deepEqual(variables(sent(r, 'CheckImage')), { REPOSITORY: `acme/image/churn/${from}`, DIGEST: digest });
    assert.equal(sent(r, 'Materials').Key, `images/${digest}/sbom.cdx.json`);
    assert.equal(sent(r, 'Materials').Bucket, sent(r, 'Record').Bucket);
    const hex = digest.slice('sha256:'.length);
    assert.deepEqual(sent(r, 'CopyImage'), {
      ProjectName: 'acme--copy', EnvironmentVariablesOverride: [{
        Name: 'COPIES', Type: 'PLAINTEXT', Value: `${host}/acme/image/churn/${from}@${digest} ${host}/acme/image/churn/${to}:${hex}`,
      }],
    });
  });
}

const good = { to: 'prod', requestedBy: 'ann', package: pypi };
const goodImage = { to: 'prod', requestedBy: 'ann', image };
const without = (object, key) => Object.fromEntries(Object.entries(object).filter(([k]) => k !== key));
const bad = {
  'nothing': {},
  'a list': [good],
  'an unknown stage': { ...good, to: 'live' },
  'the first stage': { ...good, to: 'dev' },
  'no stage': without(good, 'to'),
  'a stage that is a number': { ...good, to: 1 },
  'a stage that is a list': { ...good, to: ['prod'] },
  'both package and image': { ...good, image },
  'a package and an image that is null': { ...good, image: null },
  'an image and a package that is null': { ...goodImage, package: null },
  'neither package nor image': without(good, 'package'),
  'a package that is null': { ...good, package: null },
  'a package that is a text': { ...good, package: 'numpy' },
  'a list of packages': { ...good, package: [pypi] },
  'an unknown format': { ...good, package: { ...pypi, format: 'maven' } },
  'a format in capital letters': { ...good, package: { ...pypi, format: 'PyPI' } },
  'no format': { ...good, package: without(pypi, 'format') },
  'a package without a name': { ...good, package: without(pypi, 'name') },
  'a name that is a number': { ...good, package: { ...pypi, name: 7 } },
  'a package without a version': { ...good, package: without(pypi, 'version') },
  'a version that is a number': { ...good, package: { ...pypi, version: 2.3 } },
  'a version that is null': { ...good, package: { ...pypi, version: null } },
  'a list of versions': { ...good, package: { ...pypi, version: ['2.3.4'] } },
  'an unknown image': { ...goodImage, image: { ...image, name: 'other' } },
  'an image without a name': { ...goodImage, image: { digest } },
  'an image without a digest': { ...goodImage, image: { name: 'churn' } },
  'a digest without its kind': { ...goodImage, image: { ...image, digest: digest.slice(7) } },
  'a digest of another kind': { ...goodImage, image: { ...image, digest: `sha512:${digest.slice(7)}` } },
  'a digest that is a number': { ...goodImage, image: { ...image, digest: 7 } },
  'nobody who asks': without(good, 'requestedBy'),
  'null who asks': { ...good, requestedBy: null },
  'true who asks': { ...good, requestedBy: true },
  'a list of who asks': { ...goodImage, requestedBy: ['ann'] },
};
for (const [name, input] of Object.entries(bad)) {
  test(`${name} is refused, and nothing is called`, async () => {
    const r = await execute(input);
    assert.deepEqual([r.status, r.error, r.tasks], ['FAILED', 'InputRefused', []]);
    assert.equal(r.cause, 'Nothing was done. The input must hold: to, one of staging, prod; requestedBy, a name; and package, with format '
      + '(npm, pypi), name and version, or image, with name (churn) and digest (sha256:...).');
  });
}

// upTo are the tasks of a promotion that ends after one of them, by telling why.
const upTo = (tasks, last) => [...tasks.slice(0, tasks.indexOf(last) + 1), 'TellRefusal'];
const found = (status) => ({ PackageVersion: { Version: '2.3.4', Revision: revision, Status: status } });
const nobody = 'The approval names nobody, or who asked for it.';
const failed = { SuccessfulVersions: {}, FailedVersions: { '2.3.4': { ErrorCode: 'ALREADY_EXISTS', ErrorMessage: 'Revision differs' } } };
const half = { SuccessfulVersions: { 1: { Revision: 'r', Status: 'Published' } }, FailedVersions: failed.FailedVersions };
// Each: what happens, the input, the answers that are not the usual ones, the last task, the error and its cause.
const refusals = [
  ['a package that is not there', good, { FindPackage: throwing('Codeartifact.ResourceNotFoundException', '{} "x"') },
    'FindPackage', 'PackageNotFound', 'It is not in staging: install it there once, so that it is fetched. (Codeartifact.ResourceNotFoundException)'],
  ...['Unlisted', 'Unfinished', 'Archived', 'Disposed', 'Deleted'].map((status) => [`a package that is ${status}`, good,
    { FindPackage: () => found(status) }, 'FindPackage', 'PackageNotPublished', `Its status in staging is ${status}, or its version holds quotes.`]),
  ['a package whose check fails', good, { CheckPackage: throwing('States.TaskFailed', '{"Build":{}}') },
    'CheckPackage', 'PackageRefused', 'The check did not let it pass: see the log of acme--check.'],
  ['an image whose check fails', goodImage, { CheckImage: throwing('States.TaskFailed', '{"Build":{}}') },
    'CheckImage', 'ImageRefused', 'The check did not let it pass: see the log of acme--check-image.'],
  ['an image without a list of materials', goodImage, { Materials: throwing('S3.NoSuchKeyException', 'none') }, 'Materials', 'NoMaterials',
    `There is no list of materials of ${digest}: it was not made by a builder.`],
  ['a package that somebody refuses', good, { Approval: throwing('Refused', 'no') }, 'Approval', 'NotApproved', 'Nobody approved it: Refused'],
  ['an image that somebody refuses', goodImage, { Approval: throwing('Refused', 'no') }, 'Approval', 'NotApproved', 'Nobody approved it: Refused'],
  ['an approval that comes too late', good, { Approval: throwing('States.Timeout', '') }, 'Approval', 'NotApproved', 'Nobody approved it: States.Timeout'],
  ...Object.entries({
    'without a name': {}, 'with a number for a name': { approvedBy: 7 }, 'by null': { approvedBy: null }, 'by who asked': { approvedBy: 'ann' },
    'by a list': { approvedBy: ['bob'] }, 'that is a text': 'bob', 'that is a list': [], 'that is null': null,
  }).map(([name, answer]) => [`an approval ${name}`, good, { Approval: () => answer }, 'Approval', 'ApprovedByNobodyElse', nobody]),
  ...[good, goodImage].map((input) => [`${input.image ? 'an image' : 'a package'} whose record is not written`, input,
    { Record: throwing('S3.AccessDeniedException', 'no') }, 'Record', 'NotRecorded',
    'The record could not be written, so that nothing was copied: S3.AccessDeniedException']),
  ['a package that is there already', good, { CopyPackage: () => failed }, 'CopyPackage', 'CopyRefused',
    `CodeArtifact did not copy it: ${JSON.stringify(failed)}`],
  ['a package of which a part is copied', good, { CopyPackage: () => half }, 'CopyPackage', 'CopyRefused',
    `CodeArtifact did not copy it: ${JSON.stringify(half)}`],
  ['a copy that says nothing', good, { CopyPackage: () => ({}) }, 'CopyPackage', 'CopyRefused', 'CodeArtifact did not copy it: {}'],
  ['a package that is not copied', good, { CopyPackage: throwing('Codeartifact.ConflictException', 'no') }, 'CopyPackage', 'NotCopied',
    'It was approved and recorded, and copying failed: Codeartifact.ConflictException'],
  ['an image that is not copied', goodImage, { CopyImage: throwing('States.TaskFailed', '{}') }, 'CopyImage', 'NotCopied',
    'It was approved and recorded, and copying failed: States.TaskFailed'],
];
for (const [name, input, answers, last, error, cause] of refusals) {
  for (const told of [true, false]) {
    test(`${name} is refused${told ? '' : ', although nobody can be told'}`, async () => {
      const r = await execute(input, told ? answers : { ...answers, TellRefusal: throwing('SNS.AuthorizationErrorException', 'no') });
      assert.deepEqual([r.status, r.error, r.cause], ['FAILED', error, cause]);
      assert.deepEqual(r.tasks, upTo(input.image ? ofImage : ofPackage, last));
      assert.deepEqual(sent(r, 'TellRefusal'), {
        TopicArn: topic, Subject: 'Not promoted', Message: { error, cause, requestedBy: 'ann', to: 'prod', execution: 'arn:execution' },
      });
    });
  }
}

for (const input of [good, goodImage]) {
  test(`${input.image ? 'an image' : 'a package'} is promoted although nobody can be told`, async () => {
    const r = await execute(input, { Promoted: throwing('SNS.AuthorizationErrorException', 'no') });
    assert.deepEqual([r.status, r.tasks], ['SUCCEEDED', input.image ? ofImage : ofPackage]);
  });
}

for (const [state, error] of [['FindPackage', 'Codeartifact.ThrottlingException'], ['Record', 'S3.S3Exception'], ['CopyPackage', 'Codeartifact.ThrottlingException']]) {
  test(`${state} is tried five times when it is throttled`, async () => {
    const r = await execute(good, { [state]: throwing(error, 'slow down') });
    assert.equal(r.status, 'FAILED');
    assert.equal(r.tasks.filter((name) => name === state).length, 5);
  });
}

// Whoever asks, or publishes, must not be able to have something else copied than what was seen and approved.
const odd = ['2.3.4"', '2.3.4"}', '{}', '\\{"a":"b"\\}', "2'3", '1","2":"x', '1":"x","2', '1\\u0022:2', '$.route.to'];
for (const text of odd) {
  for (const field of ['name', 'version']) {
    test(`a package with the ${field} ${text} is copied as itself, or not at all`, async () => {
      const r = await execute({ ...good, package: { ...pypi, [field]: text } });
      const request = sent(r, 'CopyPackage');
      if (request === undefined) return assert.equal(r.status, 'FAILED');
      assert.equal(request.Package, sent(r, 'FindPackage').Package);
      // An escape in a text of JSON makes another version, of which there is none: CodeArtifact finds nothing to copy.
      const version = sent(r, 'FindPackage').PackageVersion;
      if (version.includes('\\')) assert.deepEqual(Object.values(request.VersionRevisions), [revision]);
      else assert.deepEqual(request.VersionRevisions, { [version]: revision });
      return assert.deepEqual(Object.keys(request).sort(), ['AllowOverwrite', 'DestinationRepository', 'Domain', 'DomainOwner', 'Format',
        'IncludeFromUpstream', 'Package', 'SourceRepository', 'VersionRevisions']);
    });
  }
}

for (const [name, input, answers] of [
  ['an approval with an empty name', good, { Approval: () => ({ approvedBy: '' }) }],
  ['an empty name of who asks', { ...good, requestedBy: '' }, {}],
  ['an empty name of a package', { ...good, package: { ...pypi, name: '' } }, {}],
]) {
  test(`${name} is refused`, async () => {
    const r = await execute(input, answers);
    assert.equal(r.status, 'FAILED');
    assert.ok(!r.tasks.includes('Record'));
  });
}

for (const rest of [` ${host}/acme/image/churn/prod:x`, `\nother@${digest} other:tag`, ':x', '{}', "'", '/../x']) {
  const text = digest + rest;
  test(`an image with the digest ${JSON.stringify(text)} is not copied`, async () => {
    const r = await execute({ ...goodImage, image: { ...image, digest: text } });
    assert.equal(r.status, 'FAILED');
    assert.equal(sent(r, 'CopyImage'), undefined);
  });
}

test('every state and every way between states was taken', () => {
  console.log(table());
  assert.deepEqual(missed(), []);
});
