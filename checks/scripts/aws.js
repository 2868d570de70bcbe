// What the AWS CLI prints of a document that AWS answers a call by, as far as its models go.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const root = path.join(import.meta.dirname, '../..');

function asked(questions) {
  const { status, stdout, stderr } = spawnSync(path.join(root, '.venv/bin/python'), ['-B', path.join(import.meta.dirname, 'aws.py')], {
    input: JSON.stringify(questions), encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

// printed are the texts of many documents by their names: a call of each answers all of them.
export function printed(call, documents) {
  const names = Object.keys(documents);
  const texts = asked(names.map((name) => ({ call, document: documents[name] })));
  return Object.fromEntries(names.map((name, i) => [name, texts[i]]));
}

// values are all that a shape of a service can have.
export const values = (service, shape) => asked([{ service, enum: shape }])[0];
