// Reads every state machine of the reference app and the examples as ValidateStateMachineDefinition does: the document is valid, leads to
// an end, fits into what Step Functions takes, and gives none of the warnings that AWS lists
// (https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html).
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import validate from 'asl-validator';
import { resources } from '../assembly.js';

const dirs = [process.env.ASSEMBLY ?? 'cdk.out', ...fs.readdirSync('examples').map((name) => `examples/${name}/cdk.out`)].filter((dir) => fs.existsSync(dir));
const machines = dirs.flatMap((dir) => resources(dir, 'AWS::StepFunctions::StateMachine')
  .map(({ stack, id, properties }) => ({ name: `${dir} ${stack} ${id}`, text: properties.DefinitionString })));
const maxBytes = 1024 * 1024; // https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html

const isPath = (value) => typeof value === 'string' && /^\$($|[.[$])/.test(value);
const isIntrinsic = (value) => typeof value === 'string' && /^States\.[A-Z][A-Za-z0-9]*\(/.test(value);
// Fields of states and rules that are paths, and do not say so.
const paths = new Set(['Variable']);

// warnings are those of a document, each with where.
function warnings(node, at = '$', inTemplate = false) {
  const all = [];
  if (Array.isArray(node)) return node.flatMap((v, i) => warnings(v, `${at}[${i}]`, inTemplate));
  if (node === null || typeof node !== 'object') return all;
  const result = at.endsWith('.Result') || node.within === 'Result';
  for (const [key, value] of Object.entries(node)) {
    const here = `${at}.${key}`;
    const template = inTemplate || ['Parameters', 'ResultSelector', 'ItemSelector', 'Result'].includes(key) && /\.States\.[^.]+$/.test(at);
    if (inTemplate && !key.endsWith('.$') && (isPath(value) || isIntrinsic(value))) all.push(`NO_DOLLAR ${here}`);
    if (!inTemplate && isPath(value) && !key.endsWith('Path') && !paths.has(key)) all.push(`NO_PATH ${here}`);
    if (/\.Result(\.|\[|$)/.test(at) && key.endsWith('.$') || result && isPath(value)) all.push(`PASS_RESULT_IS_STATIC ${here}`);
    all.push(...warnings(value, here, template));
  }
  return all;
}

test('the warnings are found', () => {
  const of = (state) => warnings({ States: { X: state } }).map((w) => w.split(' ')[0]);
  assert.deepEqual(of({ Type: 'Task', Parameters: { a: '$.b' } }), ['NO_DOLLAR']);
  assert.deepEqual(of({ Type: 'Task', Parameters: { a: [{ b: 'States.UUID()' }] } }), ['NO_DOLLAR']);
  assert.deepEqual(of({ Type: 'Task', ResultSelector: { a: '$$.Execution.Id' } }), ['NO_DOLLAR']);
  assert.deepEqual(of({ Type: 'Wait', Seconds: '$.wait' }), ['NO_PATH']);
  assert.deepEqual(of({ Type: 'Pass', Result: { 'a.$': '$.b' } }), ['PASS_RESULT_IS_STATIC']);
  assert.deepEqual(of({ Type: 'Pass', Parameters: { 'a.$': "$['b-c']" }, ResultPath: '$.d' }), []);
  assert.deepEqual(of({ Type: 'Choice', Choices: [{ Variable: '$.a', StringEquals: 'x', Next: 'Y' }] }), []);
});

for (const { name, text } of machines) {
  test(`${name} is valid, and gives no warning`, () => {
    assert.ok(Buffer.byteLength(text) <= maxBytes, `${Buffer.byteLength(text)} bytes`);
    const definition = JSON.parse(text);
    const { isValid, errorsText } = validate(definition);
    assert.ok(isValid, errorsText('\n'));
    assert.ok(Object.values(definition.States).some((s) => s.End || ['Succeed', 'Fail'].includes(s.Type)), 'no state is the last');
    assert.ok(Object.keys(definition.States).every((s) => s.length <= 80), 'the name of a state is too long');
    assert.deepEqual(warnings(definition), []);
    // Interpreters disagree on what a filter or a descent gives where one thing matches, or none.
    assert.doesNotMatch(text, /\[\?|"\$+[^"]*\.\.[^"]*"/, 'a filter or a descent of JSONPath');
  });
}
