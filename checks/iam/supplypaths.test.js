// Each thing that stands in the way of a request to packages and images, on its own: an endpoint where every other policy is open,
// an account or an organization that is wrong where the rest is right, a condition that is left out, who is trusted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resources } from '../assembly.js';
import { variants, withoutCondition, withoutPart } from './roles.js';
import { allowed, everybody, everything, possible } from './simulator.js';
import { codeartifact, development, dir, domain, image, images, pkg, production, region, repository, role, stages, through, tools } from './supplychain.js';

const yes = true;
const no = false;
const ours = { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' };
const theirs = { 'aws:PrincipalOrgID': 'o-zzzzzzzzzz' };
const outsider = '444455556666';
const read = 'codeartifact:ReadFromRepository';
const locate = 'codeartifact:GetRepositoryEndpoint';
const token = 'codeartifact:GetAuthorizationToken';
const publish = 'codeartifact:PublishPackageVersion';
const copy = 'codeartifact:CopyPackageVersions';
const pull = 'ecr:BatchGetImage';
const push = 'ecr:PutImage';
const ofDomain = codeartifact('domain/acme');
const named = (account, name) => `arn:aws:iam::${account}:role/${name}`;
const ofAWS = (name, account = '763104351884') => `arn:aws:ecr:${region}:${account}:repository/${name}`;

// The endpoints, where identity and resource policies let everybody do everything.
const accounts = { Tools: tools, Dev: development, Prod: production };
const jobs = (stack, own, others) => ['codeartifact.api', 'codeartifact.repositories'].flatMap((service) => [
  [stack, service, read, repository(own), yes], [stack, service, locate, repository(own), yes],
  ...others.flatMap((o) => [[stack, service, read, repository(o), no], [stack, service, locate, repository(o), no]]),
  [stack, service, read, repository(own), no, outsider],
  [stack, service, publish, pkg(own), no], [stack, service, copy, repository(own), no],
  [stack, service, 'codeartifact:DeleteRepository', repository(own), no],
  [stack, service, 'codeartifact:GetPackageVersionAsset', pkg(own), no],
]);
const bears = (stack, service = 'codeartifact.api') => [
  [stack, service, token, ofDomain, yes], [stack, service, token, codeartifact('domain/other'), no],
  [stack, service, 'sts:GetServiceBearerToken', '*', yes], [stack, service, 'sts:GetServiceBearerToken', '*', no, outsider],
];
const pulls = (stack, own, others) => ['ecr.api', 'ecr.dkr'].flatMap((service) => [
  [stack, service, pull, own, yes], ...others.map((o) => [stack, service, pull, o, no]), [stack, service, pull, own, no, outsider],
]);
const churn = (stage) => image(`image/churn/${stage}`);
const endpointRequests = [
  // stack, service, action, resource, expected, account that asks
  ...jobs('Dev', 'dev', ['staging', 'prod', 'public-pypi']), ...bears('Dev'),
  ...jobs('Prod', 'prod', ['dev', 'staging', 'public-pypi', 'public-npmjs']), ...bears('Prod'),
  ...jobs('Tools', 'dev', ['staging', 'prod', 'public-pypi']), ...bears('Tools'),
  ...pulls('Dev', churn('dev'), [churn('staging'), churn('prod'), ofAWS('pytorch-training')]),
  ...pulls('Prod', churn('prod'), [churn('staging'), churn('dev'), ofAWS('pytorch-training')]),
  ...pulls('Tools', ofAWS('pytorch-training'), [ofAWS('other'), ofAWS('pytorch-training', outsider)]),
  ...['ecr.api', 'ecr.dkr'].flatMap((s) => [['Tools', s, push, churn('dev'), yes], ['Tools', s, push, ofAWS('pytorch-training'), no]]),
  ['Dev', 'ecr.dkr', push, churn('dev'), no], ['Prod', 'ecr.dkr', push, churn('prod'), no],
  ['Tools', 'inspector-scan', 'inspector-scan:ScanSbom', '*', yes], ['Tools', 'inspector-scan', 'inspector-scan:ScanSbom', '*', no, outsider],
];
for (const [stack, service, action, resource, expected, account = accounts[stack]] of endpointRequests) {
  const short = resource.split(':').slice(4).join(':') || resource;
  test(`through ${stack} ${service} alone, ${account}: ${action} on ${short} is ${expected ? 'allowed' : 'denied'}`, async () => {
    const context = action.startsWith('sts:') ? { 'sts:AWSServiceName': 'codeartifact.amazonaws.com' } : {};
    const request = {
      principal: named(account, 'Anybody'), identity: everything, action, resource, context,
      resourcePolicy: resource === '*' ? undefined : everybody, endpoint: through(stack, service),
    };
    await possible(request);
    assert.equal(await allowed(request), expected);
  });
}

// The resource policies, where the identity policy lets its role do everything. whole gives what an ARN's requests are asked.
const documents = new Map([['domain', domain], ...[...stages].map(([n, d]) => [`repository ${n}`, d]), ...[...images].map(([n, d]) => [n, d])]
  .filter(([, document]) => document));
function whole(arn, changed = new Map()) {
  const at = (key) => (changed.get(key) ?? documents.get(key))?.Statement ?? [];
  const [, , service, , , resource] = arn.split(':');
  const statements = service === 'ecr' ? at(resource.replace('repository/', '')).map((s) => ({ ...s, Resource: '*' }))
    : [...at('domain'), ...(resource.startsWith('domain/') ? [] : at(`repository ${resource.split('/')[2]}`))];
  return statements.length > 0 ? { Version: '2012-10-17', Statement: statements } : undefined;
}
const admin = named(tools, 'PlatformAdmin');
const deployment = named(tools, `cdk-hnb659fds-cfn-exec-role-${tools}-${region}`);
const promotion = named(tools, `acme--promotion--${region}`);
const copies = named(tools, `acme--copy--${region}`);
const somebody = named(tools, 'Anybody');
const mirror = named(tools, `acme--mirror--${region}`);
const filling = ['PutImage', 'CompleteLayerUpload', 'BatchImportUpstreamImage', 'ReplicateImage'].map((a) => `ecr:${a}`);
const protection = ['SetRepositoryPolicy', 'DeleteRepositoryPolicy', 'DeleteRepository', 'BatchDeleteImage', 'PutImageTagMutability',
  'PutLifecyclePolicy', 'DeleteLifecyclePolicy'].map((a) => `ecr:${a}`);
const policyRequests = [
  // who, of which organization, action, resource, expected
  ...[[development, 'dev'], [production, 'prod']].flatMap(([account, own]) => [
    [named(account, 'Job'), ours, token, ofDomain, yes], [named(account, 'Job'), theirs, token, ofDomain, no],
    ...[read, locate].flatMap((a) => [[named(account, 'Job'), ours, a, repository(own), yes], [named(account, 'Job'), theirs, a, repository(own), no]]),
    ...['dev', 'staging', 'prod', 'public-pypi', 'public-npmjs'].filter((s) => s !== own)
      .map((s) => [named(account, 'Job'), ours, read, repository(s), no]),
    ...['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', pull].flatMap((a) => [
      [named(account, 'Job'), ours, a, churn(own), yes], [named(account, 'Job'), theirs, a, churn(own), no],
      ...['dev', 'staging', 'prod'].filter((s) => s !== own).map((s) => [named(account, 'Job'), ours, a, churn(s), no]),
    ]),
  ]),
  ...['public-pypi', 'public-npmjs'].flatMap((p) => [
    [somebody, ours, read, repository(p), no],
    ...['GetPackageVersionAsset', 'GetPackageVersionReadme'].map((a) => [somebody, ours, `codeartifact:${a}`, pkg(p), no]),
  ]),
  // Another account, in the organization or not.
  ...[ours, theirs].flatMap((o) => [
    [named(outsider, 'Anybody'), o, token, ofDomain, no],
    ...['dev', 'staging', 'prod', 'public-pypi'].map((s) => [named(outsider, 'Anybody'), o, read, repository(s), no]),
    ...['dev', 'staging', 'prod'].map((s) => [named(outsider, 'Anybody'), o, pull, churn(s), no]),
    [named(outsider, 'Anybody'), o, publish, pkg('dev'), no],
  ]),
  ...['staging', 'prod'].flatMap((s) => [repository(s), pkg(s)].flatMap((to) => [
    [promotion, ours, copy, to, yes], ...[copies, somebody, admin, deployment].map((w) => [w, ours, copy, to, no]),
  ])),
  ...['staging', 'prod'].flatMap((s) => filling.flatMap((a) => [
    [copies, ours, a, churn(s), yes], ...[promotion, somebody, admin, deployment].map((w) => [w, ours, a, churn(s), no]),
  ])),
  ...['dev', 'staging', 'prod'].flatMap((s) => protection.flatMap((a) => [
    [admin, ours, a, churn(s), yes], [deployment, ours, a, churn(s), yes], ...[somebody, copies, promotion].map((w) => [w, ours, a, churn(s), no]),
  ])),
  ...['mirror/tools', 'mirror/pytorch'].flatMap((m) => [
    ...filling.flatMap((a) => [...[mirror, admin, deployment].map((w) => [w, ours, a, image(m), yes]), ...[copies, somebody].map((w) => [w, ours, a, image(m), no])]),
    ...protection.flatMap((a) => [[admin, ours, a, image(m), yes], ...[mirror, somebody].map((w) => [w, ours, a, image(m), no])]),
  ]),
  ...['staging', 'prod'].flatMap((s) => [admin, deployment].map((w) => [w, ours, 'codeartifact:DeletePackageVersions', pkg(s), yes])),
  // A deployment's role is one by whatever qualifier its account was bootstrapped with.
  [named(tools, `cdk-other-cfn-exec-role-${tools}-${region}`), ours, 'codeartifact:PutDomainPermissionsPolicy', ofDomain, yes],
  [named(tools, `cdk-hnb659fds-deploy-role-${tools}-${region}`), ours, 'codeartifact:PutDomainPermissionsPolicy', ofDomain, no],
  [deployment.replace(region, 'eu-west-1'), ours, 'codeartifact:PutDomainPermissionsPolicy', ofDomain, no],
  [named(production, 'PlatformAdmin'), ours, 'codeartifact:PutDomainPermissionsPolicy', ofDomain, no],
  [deployment, ours, 'codeartifact:PutDomainPermissionsPolicy', ofDomain, yes],
];
const asked = ([principal, context, action, resource], changed) => (
  { principal, context, action, resource, identity: everything, resourcePolicy: whole(resource, changed) });
for (const request of policyRequests) {
  const [principal, organization, action, resource, expected] = request;
  const who = `${principal.split(':').slice(4).join(':')}${organization === theirs ? ' of another organization' : ''}`;
  test(`by the policies alone, ${who}: ${action} on ${resource.split(':').at(-1)} is ${expected ? 'allowed' : 'denied'}`, async () => {
    await possible(asked(request));
    assert.equal(await allowed(asked(request)), expected);
  });
}
async function decides(changed) {
  for (const request of policyRequests) {
    if (await allowed(asked(request, changed)) !== request[4]) return true;
  }
  return false;
}
for (const [name, document] of documents) {
  // supplychain.test.js asks for the parts of the domain's policy.
  const ways = name === 'domain' ? withoutCondition : function* both(s) { yield* withoutPart(s); yield* withoutCondition(s); };
  for (const [what, changed] of variants(document, ways)) {
    test(`of ${name} is needed: ${what}`, async () => assert.ok(await decides(new Map([[name, changed]])), 'nothing changes without it'));
  }
}

// Who publishes what, together with the package groups: a name that only starts alike is let through by the role, and stopped by its group.
const publisher = role('Tools', 'Publisher');
for (const [path, stage, expected] of [
  ['pypi/none/acme', 'dev', yes], ['pypi/none/acme-x', 'dev', yes], ['npm/acme/x', 'dev', yes],
  ['pypi/none/requests', 'dev', no], ['npm/acmes/x', 'dev', no], ['npm/types/node', 'dev', no],
  ...['staging', 'prod', 'public-pypi'].flatMap((s) => [['pypi/none/acme-x', s, no], ['npm/acme/x', s, no]]),
]) {
  test(`the publisher: ${path} into ${stage} is ${expected ? 'allowed' : 'denied'}`, async () => {
    const resource = pkg(stage, path);
    assert.equal(await allowed({
      principal: publisher.arn, identity: publisher.identity, context: ours, action: publish, resource, resourcePolicy: whole(resource),
    }), expected);
  });
}

test('only the first stage fetches, and only from the public indexes', () => {
  const all = resources(dir, 'AWS::CodeArtifact::Repository').map(({ properties: { RepositoryName, Upstreams = [], ExternalConnections = [] } }) => [
    RepositoryName, { Upstreams, ExternalConnections }]);
  assert.deepEqual(Object.fromEntries(all), {
    dev: { Upstreams: ['public-pypi', 'public-npmjs'], ExternalConnections: [] },
    staging: { Upstreams: [], ExternalConnections: [] }, prod: { Upstreams: [], ExternalConnections: [] },
    'public-pypi': { Upstreams: [], ExternalConnections: ['public:pypi'] },
    'public-npmjs': { Upstreams: [], ExternalConnections: ['public:npmjs'] },
  });
});

// Every role by its name, so that one whose trust changes is not passed over.
const builds = {
  ChurnBuilder: 'acme--image--churn', MirrorRole: 'acme--mirror', PromotionCheckRole: 'acme--check', PromotionCheckImageRole: 'acme--check-image',
  PromotionCopyRole: 'acme--copy',
};
const build = 'codebuild.amazonaws.com';
const states = 'states.amazonaws.com';
const services = [build, states, 'lambda.amazonaws.com', 'sagemaker.amazonaws.com'];
for (const [name, project] of [...Object.entries(builds), ['PromotionRole', undefined]]) {
  const [{ values, properties }, ...others] = resources(dir, 'AWS::IAM::Role').filter((r) => r.stack === 'Tools' && r.id.startsWith(name));
  const own = project ? `arn:aws:codebuild:${region}:${tools}:project/${project}` : `arn:aws:states:${region}:${tools}:stateMachine:x`;
  const rows = [
    ...services.map((s) => [s, own, tools, s === (project ? build : states)]),
    [project ? build : states, own.replace(tools, outsider), outsider, no], [project ? build : states, own, outsider, no],
    [project ? build : states, own.replace(tools, outsider), tools, no], [project ? build : states, undefined, undefined, no],
    ...(project ? [[build, `${own}-other`, tools, no]] : []),
    ...[tools, outsider].map((a) => [named(a, 'Anybody'), undefined, undefined, no]),
  ];
  for (const [principal, source, from, expected] of rows) {
    test(`${name} is ${expected ? '' : 'not '}assumed by ${principal} for ${source} of ${from}`, async () => {
      assert.deepEqual(others, []);
      const context = { ...(source && { 'aws:SourceArn': source }), ...(from && { 'aws:SourceAccount': from }) };
      assert.equal(await allowed({
        principal, action: 'sts:AssumeRole', resource: values.Arn, context, identity: everything, resourcePolicy: properties.AssumeRolePolicyDocument,
      }), expected);
    });
  }
}
