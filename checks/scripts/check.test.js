// Executes the script that asks what is known of a package.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run, variable } from './bench.js';

const prefix = variable('acme--check', 'RECORDS');
const REVISION = 'abcDEF123=';
const numpy = { FORMAT: 'pypi', NAMESPACE: '', PACKAGE: 'numpy', VERSION: '2.3.4', REVISION };
const name = (property) => `amazon:inspector:sbom_scanner:${property}`;
const none = { critical_vulnerabilities: '0', high_vulnerabilities: '0', medium_vulnerabilities: '0', low_vulnerabilities: '0' };
const found = (counts) => ({
  sbom: {
    bomFormat: 'CycloneDX', specVersion: '1.5',
    metadata: { properties: Object.entries(counts).map(([property, value]) => ({ name: name(property), value })) },
    components: [{ 'bom-ref': 'comp-1', properties: [{ name: name('info'), value: 'Component scanned: no vulnerabilities found.' }] }],
  },
});

// check runs it. The answer is a text, or an object that becomes one.
function check(variables, answer = found(none), rules = []) {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  const scan = `cp "\${4#file://}" "$FAKES/sbom.json"; cat <<'ANSWER'\n${text}\nANSWER\n`;
  const r = run('acme--check', {
    variables, rules: [...rules, ['aws inspector-scan scan-sbom --sbom file://* --output-format CYCLONE_DX_1_5 --output json', scan]],
  });
  assert.equal(r.unexpected, '');
  assert.deepEqual(r.left, []);
  return r;
}

function fails(r, why) {
  assert.equal(r.status, 1);
  assert.match(r.said, why);
}

const packages = {
  'of PyPI': [numpy, 'pkg:pypi/numpy@2.3.4'],
  'with a plus in its version': [{ ...numpy, PACKAGE: 'torch', VERSION: '2.13.0+cu129' }, 'pkg:pypi/torch@2.13.0%2Bcu129'],
  'of npm': [{ ...numpy, FORMAT: 'npm', PACKAGE: 'left-pad' }, 'pkg:npm/left-pad@2.3.4'],
  'of npm with a scope': [{ ...numpy, FORMAT: 'npm', NAMESPACE: 'acme', PACKAGE: 'chart' }, 'pkg:npm/%40acme/chart@2.3.4'],
  'of Maven': [{ ...numpy, FORMAT: 'maven', NAMESPACE: 'org.apache.commons', PACKAGE: 'commons-lang3' },
    'pkg:maven/org.apache.commons/commons-lang3@2.3.4'],
  'of Ruby': [{ ...numpy, FORMAT: 'ruby', PACKAGE: 'rails' }, 'pkg:gem/rails@2.3.4'],
  'of NuGet': [{ ...numpy, FORMAT: 'nuget', PACKAGE: 'Newtonsoft.Json' }, 'pkg:nuget/Newtonsoft.Json@2.3.4'],
  'of Rust': [{ ...numpy, FORMAT: 'cargo', PACKAGE: 'serde' }, 'pkg:cargo/serde@2.3.4'],
  'with quotes and braces': [{ ...numpy, PACKAGE: `a"}'$(x)`, VERSION: '1"{}' }, `pkg:pypi/a"}'$(x)@1"{}`],
};
for (const [title, [variables, purl]] of Object.entries(packages)) {
  test(`a package ${title} is looked up and recorded`, () => {
    const answer = found(none);
    const r = check(variables, answer);
    assert.equal(r.status, 0, r.stderr);
    assert.deepEqual(JSON.parse(r.kept['sbom.json']), {
      bomFormat: 'CycloneDX', specVersion: '1.5',
      components: [{ type: 'library', name: variables.PACKAGE, version: variables.VERSION, purl }],
    });
    // Where the promotion keeps its own record of the same revision.
    const { FORMAT, NAMESPACE, PACKAGE, VERSION } = variables;
    const address = `${prefix}packages/${FORMAT}/${NAMESPACE}/${PACKAGE}/${VERSION}/${REVISION}/scan.json`;
    assert.deepEqual(Object.keys(r.records), [address]);
    assert.deepEqual(JSON.parse(r.records[address]), answer);
    assert.equal(r.stdout, `Nothing too grave is known of ${purl}\n`);
  });
}

const grave = {
  'one of HIGH': [{ ...none, high_vulnerabilities: '1' }, /^Refused: pkg:pypi\/numpy@2.3.4 has HIGH 1 vulnerabilities$/],
  'one of CRITICAL': [{ ...none, critical_vulnerabilities: '1' }, /has CRITICAL 1 vulnerabilities$/],
  'both': [{ ...none, critical_vulnerabilities: '2', high_vulnerabilities: '12' }, /has CRITICAL 2 HIGH 12 vulnerabilities$/],
  'a number that is no text': [{ ...none, high_vulnerabilities: 3 }, /has HIGH 3 vulnerabilities$/],
  'malice': [{ ...none, malicious_packages: '1' }, /has malicious vulnerabilities$/],
  'no count of HIGH': [{ critical_vulnerabilities: '0' }, /the answer for pkg:pypi\/numpy@2.3.4 has no count of HIGH$/],
  'no counts': [{}, /has no count of CRITICAL$/],
  'null for a count': [{ ...none, critical_vulnerabilities: null }, /has no count of CRITICAL$/],
  'an empty count': [{ ...none, critical_vulnerabilities: '' }, /has no count of CRITICAL$/],
};
for (const [title, [counts, why]] of Object.entries(grave)) {
  test(`an answer with ${title} is refused, and recorded before`, () => {
    const r = check(numpy, found(counts));
    fails(r, why);
    assert.equal(r.stdout, '');
    assert.equal(Object.keys(r.records).length, 1);
  });
}

test('other findings pass', () => assert.equal(check(numpy, found({ ...none, medium_vulnerabilities: '7', low_vulnerabilities: '9' })).status, 0));
test('no malice passes', () => assert.equal(check(numpy, found({ ...none, malicious_packages: '0' })).status, 0));
test('an answer without metadata is refused', () => fails(check(numpy, { sbom: {} }), /has no count of CRITICAL/));
test('an answer that is nothing is refused', () => fails(check(numpy, ''), /has no count of CRITICAL/));
test('an answer that is not JSON is refused', () => assert.notEqual(check(numpy, 'sorry').status, 0));

test('no answer is a failure, and nothing is recorded', () => {
  const r = check(numpy, '', [['aws inspector-scan *', 'exit 254']]);
  assert.equal(r.status, 254);
  assert.deepEqual(r.records, {});
});

test('a record that is not written is a failure', () => {
  const r = check(numpy, found(none), [['aws s3 cp *', 'exit 1']]);
  assert.equal(r.status, 1);
  assert.equal(r.stdout, '');
});

test('a package that Inspector passed over fails', () => {
  const answer = found(none);
  answer.sbom.components[0].properties = [{ name: name('warning'), value: 'Component skipped: no version.' }];
  fails(check(numpy, answer), /was not looked at: Component skipped/);
});
