// The two things that check.sh asks of jq, for a machine that has none.
import fs from 'node:fs';

const [mode, ...rest] = process.argv.slice(2);
const values = {};
while (rest[0] === '--arg') {
  const [, name, value] = rest.splice(0, 3);
  values[name] = value;
}
if (mode === '-n') {
  console.log(JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.5', components: [{ type: 'library', ...values }] }));
} else {
  const text = fs.readFileSync(rest.at(-1), 'utf8');
  const properties = text.trim() === '' ? [] : JSON.parse(text).sbom.metadata?.properties ?? [];
  const [first] = properties.filter((p) => p.name === values.name).map((p) => p.value);
  if (first !== undefined && first !== null) console.log(first);
}
