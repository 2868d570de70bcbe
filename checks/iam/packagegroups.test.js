// Where versions of a package may come from, as CodeArtifact's documents say it decides: the most specific group that holds for
// the package says (https://docs.aws.amazon.com/codeartifact/latest/ug/package-group-origin-controls.html).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groups } from './supplychain.js';

// matches tells whether a pattern holds for a package: /format/namespace/name. A name of its own in another spelling is held too.
function matches(pattern, name) {
  const start = pattern.slice(0, -1);
  if (pattern.endsWith('$')) return name === start;
  if (pattern.endsWith('*')) return name.startsWith(start);
  return name === start || (name.startsWith(start) && /^[^\p{L}\p{N}]/u.test(name.slice(start.length)));
}

// decided are the repositories that versions of a package may be published to, fetched into from outside, and from an upstream.
function decided(name) {
  const held = groups.filter((g) => matches(g.Pattern, name)).sort((a, b) => b.Pattern.length - a.Pattern.length);
  assert.ok(held.length > 0, `a group holds for ${name}: the domain's own allows everything`);
  const { Publish, ExternalUpstream, InternalUpstream } = held[0].OriginConfiguration.Restrictions;
  return Object.fromEntries(Object.entries({ Publish, ExternalUpstream, InternalUpstream }).map(([what, { RestrictionMode, Repositories = [] }]) => {
    assert.ok(['BLOCK', 'ALLOW_SPECIFIC_REPOSITORIES'].includes(RestrictionMode));
    return [what, Repositories.join(' ')];
  }));
}

const publicOf = (index) => ({ Publish: 'staging prod', ExternalUpstream: `public-${index}`, InternalUpstream: 'dev staging prod' });
const own = { Publish: 'dev staging prod', ExternalUpstream: '', InternalUpstream: 'staging prod' };
const nobody = { Publish: '', ExternalUpstream: '', InternalUpstream: '' };

const packages = [
  ['a public package', '/pypi//numpy', publicOf('pypi')],
  ['a public package of npm', '/npm//react', publicOf('npmjs')],
  ['a scoped public package of npm', '/npm/types/node', publicOf('npmjs')],
  ["the team's own", '/pypi//acme', own],
  ["the team's own, a longer name", '/pypi//acme-models', own],
  ["the team's own of npm", '/npm/acme/ui', own],
  ['one that only starts alike', '/pypi//acmes', publicOf('pypi')],
  ['a scope that only starts alike', '/npm/acmes/ui', publicOf('npmjs')],
  ['a typing error', '/pypi//reqeusts', nobody],
  ['what was meant', '/pypi//requests', publicOf('pypi')],
  ...['/maven/org.apache/x', '/nuget//x', '/cargo//serde', '/ruby//rails', '/swift/apple/x', '/generic/acme/x'].map((name) => [
    'a format without an index', name, nobody,
  ]),
];
for (const [what, name, expected] of packages) {
  test(`${what}: ${name}`, () => assert.deepEqual(decided(name), expected));
}

test('no group is there twice', () => {
  const patterns = groups.map((g) => g.Pattern);
  assert.deepEqual([...new Set(patterns)], patterns);
});
