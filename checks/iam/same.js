// Tells whether documents that were merged or split decide as before. Standard input is a list of cases: documents (lists of
// statements; the first is the original) and requests. Prints the first case that differs.
import fs from 'node:fs';
import { allowed } from './simulator.js';

const cases = JSON.parse(fs.readFileSync(0, 'utf8'));
let decisions = 0;
let granted = 0;
for (const { documents, requests } of cases) {
  for (const request of requests) {
    const answers = [];
    for (const Statement of documents) answers.push(await allowed({ ...request, identity: { Version: '2012-10-17', Statement } }));
    decisions += 1;
    granted += answers[0] ? 1 : 0;
    if (new Set(answers).size > 1) {
      process.stdout.write(`${JSON.stringify(request)} is answered ${answers} by ${JSON.stringify(documents, null, 1)}\n`);
      process.exit(1);
    }
  }
}
process.stdout.write(`${decisions} decisions, ${granted} of them granted\n`);
