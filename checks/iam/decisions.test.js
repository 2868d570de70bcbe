// What the guard denies, as Plinth decides at synth and as an IAM evaluator does: the same statements of the same guards, for the same
// requests, each with one thing changed. A Go test of constructs/access writes the file.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { account, arn } from '../assembly.js';
import { contextOf } from './contexts.js';
import { oldNames, renamed } from './oldnames.js';
import { denials, everything, possible } from './simulator.js';

const { requests, guards } = JSON.parse(fs.readFileSync('constructs/access/testdata/decisions.golden.json', 'utf8'));
const kinds = { CreateTrainingJob: 'training-job', CreateHyperParameterTuningJob: 'hyper-parameter-tuning-job', CreateProcessingJob: 'processing-job' };

// changed is the document with something else at a path; null: with nothing there.
function changed(document, path, to) {
  const copy = structuredClone(document);
  const last = path.at(-1);
  const at = path.slice(0, -1).reduce((part, name) => part[name], copy);
  if (path.length > 0 && to !== null) at[last] = to;
  else if (Array.isArray(at)) at.splice(last, 1);
  else if (path.length > 0) delete at[last];
  return copy;
}

// asked is a request by somebody of team red, under the old and the new names of two keys.
function asked(name, document) {
  const [action] = name.split(' ');
  const context = contextOf(action, document);
  const old = Object.entries(context).map(([key, value]) => [oldNames[key.replace(/Arn$/, '')], value]).filter(([key]) => key);
  return {
    principal: `arn:aws:iam::${account}:role/Launcher`, action: `sagemaker:${action}`, resource: arn('sagemaker', `${kinds[action]}/x`),
    context: { ...context, ...Object.fromEntries(old), 'aws:PrincipalTag/Team': 'red' },
  };
}

for (const [name, document] of Object.entries(requests)) {
  test(`${name} is possible`, () => possible(asked(name, document)));
}

let decisions = 0;
for (const [guard, { statements, decisions: of }] of Object.entries(guards)) {
  const identity = { ...everything, Statement: [...everything.Statement, ...renamed(statements)] };
  for (const [name, cases] of Object.entries(of)) {
    test(`a guard ${guard}, ${name}: ${cases.length} decisions`, async () => {
      for (const [path, to, denied] of cases) {
        const got = await denials({ ...asked(name, changed(requests[name], path, to)), identity });
        assert.deepEqual(got.sort(), (denied ?? []).sort(), `${path.join('.')} is ${JSON.stringify(to)}`);
        decisions += 1;
      }
    });
  }
}
test('many are compared', () => assert.ok(decisions > 300, `${decisions}`));
