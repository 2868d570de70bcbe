// Holds every condition of every policy in the reference app and the examples against conditions.csv: who fills its key in, and the document that
// says so. Where none does, a condition has to hold for a request without the key: its operator ends in IfExists.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

// A row of who: nothing for what IAM fills in; else words, each of which a statement has: a service that it lets in, the service of an action, or
// the value of the condition.
const table = fs.readFileSync('checks/iam/conditions.csv', 'utf8').trim().split('\n').slice(1).map((line) => {
  const [key, who, source] = line.split(',');
  return { key, who: who.split(' ').filter(Boolean), source, used: false };
});
const dirs = [process.env.ASSEMBLY ?? 'cdk.out', ...fs.readdirSync('examples').map((name) => `examples/${name}/cdk.out`)]
  .filter((dir) => fs.existsSync(`${dir}/manifest.json`));
const templates = dirs.flatMap((dir) => fs.readdirSync(dir, { recursive: true }).filter((file) => file.endsWith('.template.json'))
  .map((file) => path.join(dir, file)));

// textOf is a text with references as REGION, the only ones in what is compared.
const textOf = (value) => (value?.['Fn::Join'] ? value['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : 'REGION')).join('') : value);

// statementsIn are all statements of policies in a value.
function statementsIn(value) {
  if (value === null || typeof value !== 'object') return [];
  const own = value.Effect && (value.Action ?? value.NotAction) ? [value] : [];
  return [...own, ...Object.values(value).flatMap(statementsIn)];
}

// wordsOf are what a row's who may name of a statement, for a condition of that value.
function wordsOf(statement, value) {
  const actions = [statement.Action ?? statement.NotAction].flat().map((a) => a.split(':')[0]);
  const services = [statement.Principal?.Service ?? []].flat().map(textOf).map((s) => s.replace(/^logs\.[a-z0-9-]+\.amazonaws/i, 'logs.REGION.amazonaws'));
  return { services, words: [...actions, ...services, ...[value].flat()] };
}

// rowsFor are the rows of a condition: one for each service that is let in, or else one.
function rowsFor(key, statement, value) {
  const name = key.startsWith('aws:') ? key.split('/')[0] : key;
  const { services, words } = wordsOf(statement, value);
  const rows = table.filter((row) => (row.key === name || row.key.endsWith('*') && name.startsWith(row.key.slice(0, -1)))
    && row.who.every((word) => words.includes(word)));
  if (services.length === 0 || rows.every((row) => row.who.length === 0)) return rows.slice(0, 1);
  return services.map((s) => rows.find((row) => row.who.includes(s))).filter(Boolean);
}

// The trust of a cluster's machines: SageMaker's document names jobs, and no cluster.
const ofClusters = (description) => description === 'Machines of a HyperPod cluster';

const wrong = new Map();
for (const file of templates) {
  for (const [id, { Properties: properties = {} }] of Object.entries(JSON.parse(fs.readFileSync(file, 'utf8')).Resources)) {
    for (const statement of statementsIn(properties)) {
      for (const [operator, keys] of Object.entries(statement.Condition ?? {})) {
        for (const [key, value] of Object.entries(keys)) {
          const rows = rowsFor(key, statement, value);
          const { services } = wordsOf(statement, value);
          const lenient = operator.endsWith('IfExists') || operator === 'Null';
          rows.forEach((row) => { row.used = true; });
          const byIAM = rows.some((row) => row.who.length === 0);
          const known = rows.length >= (byIAM ? 1 : Math.max(1, services.length));
          const documented = rows.every((row) => row.source !== '') && !(services.length > 0 && ofClusters(properties.Description));
          const what = `${operator} ${key} for ${services.join(', ') || statement.Action}`;
          if (!known) wrong.set(`not in the table: ${what}`, `${file} ${id}`);
          else if (!documented && !lenient) wrong.set(`no document, and not IfExists: ${what}`, `${file} ${id}`);
        }
      }
    }
  }
}

test('somebody fills in every condition key, or its absence is let through', () => {
  assert.deepEqual([...wrong].map(([what, where]) => `${what}: ${where}`), []);
});

test('every row of the table is of a condition', () => {
  assert.deepEqual(table.filter((row) => !row.used).map((row) => `${row.key} ${row.who.join(' ')}`), []);
});

test('every source is a page of AWS', () => {
  for (const { key, source } of table) assert.match(source, /^(https:\/\/docs\.aws\.amazon\.com\/\S+)?$/, key);
});
