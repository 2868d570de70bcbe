// Executes the script that builds images.
//
//   node --test 'checks/scripts/*.test.js'
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digest, host, run, variable } from './bench.js';
import { asks, says, statuses } from './scans.js';

const repository = 'acme/image/churn/dev';
const target = `${host}/${repository}`;
const tagged = `${target}:11111111-2222`;
const built = `${target}@${digest}`;
const records = variable('acme--image--churn', 'RECORDS') + digest;
const hash = (letter) => `--hash=sha256:${letter.repeat(64)}`;
const good = { Dockerfile: 'ARG BASE\nFROM $BASE\n', 'requirements.txt': `numpy==2.3.4 ${hash('a')}\n` };
const manifest = 'application/vnd.docker.distribution.manifest.v2+json';

const usual = [
  ['dockerd --config-file *', 'cp "$2" "$FAKES/daemon.json"'],
  ['docker info', ':'],
  ['aws codeartifact get-authorization-token *', 'echo SECRET-TOKEN'],
  ['docker build *', 'for a; do case $a in id=pip,src=*) f=${a#*src=}; cp "$f" "$FAKES/pip.conf"; stat -c %a "$f" >"$FAKES/mode" ;; esac; done'],
  ['syft scan docker:* --output cyclonedx-json=*', 'echo MATERIALS >"${4#*=}"'],
  ['docker push *', ':'],
  ['aws ecr describe-images *.imageDigest --output text', `echo ${digest}`],
  ['aws ecr describe-images *.imageManifestMediaType --output text', `echo ${manifest}`],
  says('clean'),
  ['aws ecr describe-image-signing-status *--query signingStatuses\\[\\].status', 'echo COMPLETE'],
];
const signing = 'aws ecr describe-image-signing-status *';

// build runs it. Whatever happens, nothing stays behind, and nobody sees the token.
function build(rules = [], files = good) {
  const r = run('acme--image--churn', { files, rules: [...rules, ...usual] });
  assert.equal(r.unexpected, '');
  assert.deepEqual(r.left, []);
  for (const text of [r.stdout, r.stderr, r.calls.join('\n'), ...Object.values(r.records)]) assert.doesNotMatch(text, /SECRET-TOKEN|PASSWORD/);
  return r;
}

const called = (r, start) => r.calls.some((call) => call.startsWith(start));

function fails(r, why) {
  assert.equal(r.status, 1);
  assert.match(r.said, why);
  assert.equal(r.exported, '');
}

function unsaid(r) {
  assert.ok(!called(r, 'docker push'), 'nothing is pushed');
  assert.deepEqual(r.records, {});
}

test('an image is built, listed, pushed, scanned, recorded and signed, in this order', () => {
  const r = build();
  assert.equal(r.status, 0, r.stderr);
  const calls = r.calls.map((call) => call.replace(/\/tmp\/tmp\.\w+/g, 'WORK'));
  const daemon = 'dockerd --config-file WORK/daemon.json'; // it starts beside the script
  assert.ok(calls.includes(daemon));
  assert.deepEqual(JSON.parse(r.kept['daemon.json']), { features: { 'containerd-snapshotter': false } });
  assert.deepEqual(calls.filter((call) => call !== daemon), [
    'docker info',
    'aws codeartifact get-authorization-token --domain acme --domain-owner 111122223333 --query authorizationToken --output text',
    'aws ecr get-login-password', `docker login --username AWS --password-stdin ${host}`,
    `docker build --provenance=false --sbom=false --secret id=pip,src=WORK/pip.conf --build-arg BASE=${host}/acme/mirror/pytorch:2.13 --tag ${tagged} .`,
    `syft scan docker:${tagged} --output cyclonedx-json=WORK/sbom.cdx.json`,
    `docker push ${tagged}`,
    ...['imageDigest', 'imageManifestMediaType'].map((field) => (
      `aws ecr describe-images --repository-name ${repository} --image-ids imageTag=11111111-2222 --query imageDetails[0].${field} --output text`)),
    asks(repository), asks(repository),
    ...['sbom.cdx.json', 'build.json'].map((file) => `aws s3 cp WORK/${file} ${records}/${file}`),
    `aws ecr describe-image-signing-status --repository-name ${repository} --image-id imageDigest=${digest} --output text --query signingStatuses[].status`,
  ]);
  assert.equal(r.exported, `IMAGE=${built}`);
  assert.equal(r.kept.passwords, 'PASSWORD\n');
  assert.equal(r.kept.mode.trim(), '600');
  assert.equal(r.kept['pip.conf'], '[global]\nindex-url = https://aws:SECRET-TOKEN@acme-111122223333.d.codeartifact.us-east-1.amazonaws.com/pypi/dev/simple/\n'
    + '[install]\nrequire-hashes = true\nonly-binary = :all:\n');
  assert.equal(r.records[`${records}/sbom.cdx.json`], 'MATERIALS\n');
  const { lock, ...record } = JSON.parse(r.records[`${records}/build.json`]);
  assert.match(lock, /^sha256:[0-9a-f]{64}$/);
  assert.deepEqual(record, {
    image: built, base: `${host}/acme/mirror/pytorch:2.13`, build: 'acme--image--churn:11111111-2222', startedBy: 'ann',
    source: 'arn:aws:s3:::bucket/sources/source.zip', findings: '',
  });
});

for (const [file, why] of [['Dockerfile', /the source has no Dockerfile/], ['requirements.txt', /the source has no requirements.txt/]]) {
  test(`a source without ${file} is refused before anything is called`, () => {
    const r = build([], Object.fromEntries(Object.entries(good).filter(([name]) => name !== file)));
    fails(r, why);
    assert.deepEqual(r.calls, []);
  });
}

const numpy = `numpy==2.3.4 ${hash('a')}`;
const refused = {
  'nothing': '', 'comments only': '# nothing\n\n   # more\n', 'no hash': 'numpy==2.3.4', 'no hash in one of two lines': `${numpy}\npandas==3.0.0`,
  'a range': `numpy>=2.3 ${hash('a')}`, 'a version with a star': `numpy==2.* ${hash('a')}`, 'no version': `numpy ${hash('a')}`,
  'a further index': `--extra-index-url https://example.com/simple\n${numpy}`, 'an index': `-i https://example.com/simple\n${numpy}`,
  'another file': `${numpy}\n-r other.txt`, 'constraints': `${numpy}\n-c other.txt`, 'links': `${numpy}\n--find-links https://example.com`,
  'an address': `numpy @ https://example.com/numpy.whl ${hash('a')}`, 'a bare address': `https://example.com/numpy.whl ${hash('a')}`,
  'a repository': `git+https://example.com/numpy.git ${hash('a')}`, 'itself': '-e .', 'a path': `./numpy.whl ${hash('a')}`,
  'a short hash': 'numpy==2.3.4 --hash=sha256:abc', 'a hash of another kind': `numpy==2.3.4 --hash=md5:${'a'.repeat(32)}`,
  'no end of a line': 'numpy==2.3.4 \\', 'an option behind a hash': `${numpy} --index-url https://example.com`,
};
for (const [name, lines] of Object.entries(refused)) {
  test(`requirements.txt with ${name} is refused before anything is called`, () => {
    const r = build([], { ...good, 'requirements.txt': lines });
    assert.equal(r.status, 1);
    assert.match(r.stderr, /^Not built: (requirements.txt is empty|these lines of requirements.txt have no single version)/);
    assert.deepEqual(r.calls, []);
  });
}

// pip reads these otherwise than the script does: it sees a line of its own that starts with --extra-index-url.
const hidden = {
  'behind a comment that ends with a backslash': `${numpy}\n# more \\\n--extra-index-url https://example.com/simple\n`,
  'behind a carriage return': `${numpy}\nx==1;python_version<"3"\r--extra-index-url https://example.com/simple ${hash('b')}\n`,
  'behind a form feed': `${numpy}\nx==1;python_version<"3"\f--extra-index-url https://example.com/simple ${hash('b')}\n`,
  'behind a line separator': `${numpy}\nx==1;python_version<"3"\u2028--extra-index-url=https://example.com/simple ${hash('b')}\n`,
};
for (const [name, lines] of Object.entries(hidden)) {
  test(`requirements.txt with an index ${name} is refused`, () => {
    fails(build([], { ...good, 'requirements.txt': lines }), /requirements.txt/);
  });
}

const accepted = {
  'continued lines, comments and markers': '# by pip-compile\n\nnumpy==2.3.4 ; python_version >= "3.11" and sys_platform == \'linux\' \\\n'
    + `    ${hash('a')} \\\n    ${hash('b')}\n`
    + `    # via\n    #   -r requirements.in\npandas[excel,aws]==3.0.0 \\\n    ${hash('c')}  # why\n`,
  'local and odd versions': `torch==2.13.0+cu129 ${hash('a')}\nzope.interface==8.0rc1 ${hash('b')} ${hash('c')}\n`,
  'no end of the last line': numpy,
  'a marker without a space': `numpy==2.3.4;python_version<"4" ${hash('a')}`,
};
for (const [name, lines] of Object.entries(accepted)) {
  test(`requirements.txt with ${name} is built`, () => {
    const r = build([], { ...good, 'requirements.txt': lines });
    assert.equal(r.status, 0, r.stderr);
  });
}

test('Docker is waited for', () => {
  const r = build([['dockerd *', 'exec /bin/sleep 30'], ['docker info', 'exit 1', 'exit 1', ':']]);
  assert.equal(r.status, 0, r.stderr);
  assert.equal(r.pauses, 3); // one of them for the scan
});

test('a daemon that dies is told, with its log', () => {
  const r = build([['dockerd *', 'echo "no overlay" >&2; exit 1'], ['docker info', '/bin/sleep 0.3; exit 1']]);
  fails(r, /dockerd does not start/);
  assert.match(r.stderr, /no overlay/);
  unsaid(r);
  assert.ok(!called(r, 'aws'));
});

for (const [name, rule] of Object.entries({
  'no token': ['aws codeartifact *', 'exit 254'], 'no password': ['aws ecr get-login-password', 'exit 254'],
  'no login': ['docker login *', 'cat >/dev/null; exit 1'],
  'a build that fails': ['docker build *', 'echo no >&2; exit 1'], 'no list of materials': ['syft *', 'exit 1'],
})) {
  test(`${name}: nothing is pushed`, () => {
    const r = build([rule]);
    assert.notEqual(r.status, 0);
    unsaid(r);
    assert.equal(r.exported, '');
  });
}

test('an image that is not pushed is not recorded', () => {
  const r = build([['docker push *', 'exit 1']]);
  assert.equal(r.status, 1);
  assert.deepEqual(r.records, {});
});

test('an image that SageMaker does not take is not recorded', () => {
  const r = build([['aws ecr describe-images *imageManifestMediaType*', 'echo application/vnd.oci.image.index.v1+json']]);
  fails(r, /SageMaker takes no image of type application\/vnd.oci.image.index.v1\+json/);
  assert.deepEqual(r.records, {});
});

for (const [status, becomes] of statuses.filter(([, b]) => b instanceof RegExp)) {
  test(`a scan that is ${status} fails at once, and nothing is recorded`, () => {
    const r = build([says(status)]);
    fails(r, becomes);
    assert.deepEqual([r.pauses, r.records], [0, {}]);
  });
}

test('a scan is waited for', () => {
  const r = build([says('an error', 'PENDING', 'IN_PROGRESS', 'ACTIVE too early', 'clean')]);
  assert.equal(r.status, 0, r.stderr);
  assert.equal(r.pauses, 5);
});

test('a scan is waited for half an hour, and a missing count of an unfinished one is no zero', () => {
  const r = build([says('ACTIVE too early')]);
  fails(r, /is not complete yet: ACTIVE/);
  assert.deepEqual([r.pauses, r.records], [180, {}]);
});

for (const severity of ['HIGH', 'CRITICAL']) {
  test(`findings of ${severity} fail, and are recorded`, () => {
    const r = build([says(severity)]);
    fails(r, new RegExp(`scanning found ${severity} 2 in ${built}`));
    assert.equal(JSON.parse(r.records[`${records}/build.json`]).findings, `${severity} 2 `);
    assert.ok(r.records[`${records}/sbom.cdx.json`]);
  });
}

test('records that are not written fail', () => {
  for (const file of ['sbom.cdx.json', 'build.json']) assert.notEqual(build([[`aws s3 cp *${file}`, 'exit 1']]).status, 0);
});

test('an image that is not signed is not given out', () => fails(build([[signing, 'echo FAILED']]), /the image can't be signed/));
test('one of two signatures fails', () => fails(build([[signing, 'printf "COMPLETE\\tFAILED\\n"']]), /the image can't be signed/));
test('no signature fails', () => fails(build([[signing, 'echo']]), /the image is not signed/));
test('two signatures pass', () => {
  assert.equal(build([[signing, 'printf "COMPLETE\\tCOMPLETE\\n"']]).status, 0);
});

test('a signature is waited for', () => {
  const r = build([[signing, 'exit 254', 'echo', 'echo IN_PROGRESS', 'echo COMPLETE']]);
  assert.equal(r.status, 0, r.stderr);
  assert.equal(r.pauses, 4); // one between the two looks at the scan
});
