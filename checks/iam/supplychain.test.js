// Packages and images: who pulls, fills and changes what, as identity, resource and endpoint policies decide together.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowed, everything, possible } from './simulator.js';
import { variants, withoutPart } from './roles.js';
import { codeartifact, development, domain, image, images, pkg, policyOf, production, region, repository, role, through, tools } from './supplychain.js';

const organization = { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' };
const some = (account, name = 'Anybody') => ({ arn: `arn:aws:iam::${account}:role/${name}`, identity: everything, context: organization });
const inside = (stack, name) => ({ ...role(stack, name), context: organization });
const who = {
  'the dev job': inside('Dev', 'Job'),
  'the prod job': inside('Prod', 'Job'),
  'whoever in dev': some(development),
  'whoever in prod': some(production),
  'whoever in tools': some(tools),
  'a stranger': { ...some('444455556666'), context: { 'aws:PrincipalOrgID': 'o-zzzzzzzzzz' } },
  'prod in another organization': { ...some(production), context: { 'aws:PrincipalOrgID': 'o-zzzzzzzzzz' } },
  'an administrator': some(tools, 'PlatformAdmin'),
  'a deployment': some(tools, `cdk-hnb659fds-cfn-exec-role-${tools}-${region}`),
  'the promotion': { ...inside('Tools', 'PromotionRole'), identity: everything },
  'the copies': { ...inside('Tools', 'PromotionCopyRole'), identity: everything },
};
const yes = true;
const no = false;
const read = 'codeartifact:ReadFromRepository';
const token = 'codeartifact:GetAuthorizationToken';
const copy = 'codeartifact:CopyPackageVersions';
const publish = 'codeartifact:PublishPackageVersion';
const withdraw = 'codeartifact:UpdatePackageVersionsStatus';
const pull = 'ecr:BatchGetImage';
const push = 'ecr:PutImage';
const ofDomain = codeartifact('domain/acme');

const requests = [
  // who, action, resource, expected, endpoint: stack and service
  ['the dev job', token, ofDomain, yes, ['Dev', 'codeartifact.api']],
  ['the dev job', token, ofDomain, yes],
  ['the dev job', read, repository('dev'), yes, ['Dev', 'codeartifact.repositories']],
  ['the dev job', read, repository('staging'), no],
  ['the dev job', read, repository('prod'), no],
  ['the dev job', read, repository('public-pypi'), no],
  ['the dev job', publish, pkg('dev'), no],
  ['the prod job', token, ofDomain, yes, ['Prod', 'codeartifact.api']],
  ['the prod job', 'codeartifact:GetRepositoryEndpoint', repository('prod'), yes, ['Prod', 'codeartifact.api']],
  ['the prod job', read, repository('prod'), yes, ['Prod', 'codeartifact.repositories']],
  ['the prod job', read, repository('dev'), no],
  // Neither by a role that may do everything, nor by the network.
  ['whoever in prod', read, repository('prod'), yes],
  ['whoever in prod', read, repository('dev'), no],
  ['whoever in prod', read, repository('public-pypi'), no],
  ['whoever in prod', copy, pkg('prod'), no],
  ['whoever in prod', publish, pkg('prod'), no],
  ['whoever in dev', read, repository('prod'), no],
  ['whoever in dev', read, repository('public-npmjs'), no],
  ['whoever in tools', read, repository('dev'), yes],
  ['whoever in tools', read, repository('dev'), no, ['Prod', 'codeartifact.repositories']],
  ['whoever in tools', read, repository('prod'), no, ['Dev', 'codeartifact.repositories']],
  ['a stranger', token, ofDomain, no],
  ['a stranger', read, repository('dev'), no],
  ['prod in another organization', token, ofDomain, no],
  ['prod in another organization', read, repository('prod'), no],
  ['whoever in tools', read, repository('public-pypi'), no],
  ['an administrator', read, repository('public-pypi'), no],
  ['whoever in tools', 'codeartifact:GetPackageVersionAsset', pkg('public-pypi'), no],
  ['whoever in tools', 'codeartifact:GetPackageVersionReadme', pkg('public-pypi'), no],
  ['whoever in tools', 'codeartifact:GetPackageVersionAsset', pkg('dev'), yes],
  // What fills a stage.
  ['whoever in tools', publish, pkg('dev'), yes],
  ['whoever in tools', publish, pkg('prod'), no],
  ['whoever in tools', publish, pkg('staging', 'npm/acme/x'), no],
  ['whoever in tools', copy, repository('prod'), no],
  ['whoever in tools', 'codeartifact:PutPackageMetadata', pkg('staging'), no],
  ['whoever in tools', copy, repository('staging'), no],
  ['whoever in tools', publish, pkg('public-pypi'), no],
  ['whoever in tools', 'codeartifact:PutPackageMetadata', pkg('public-pypi'), no],
  ['whoever in tools', copy, repository('public-pypi'), no],
  ['an administrator', publish, pkg('prod'), no],
  ['an administrator', copy, pkg('prod'), no],
  ['a deployment', copy, pkg('prod'), no],
  ['the copies', copy, pkg('prod'), no],
  ['whoever in tools', copy, pkg('staging'), no],
  ['the promotion', publish, pkg('prod'), no],
  ['the promotion', 'codeartifact:PutPackageMetadata', pkg('staging'), no],
  ['the promotion', copy, pkg('prod'), yes],
  ['the promotion', copy, repository('staging'), yes],
  ['the promotion', copy, pkg('public-pypi'), no],
  ['the promotion', withdraw, pkg('prod'), no],
  // What protects it.
  ['whoever in tools', withdraw, pkg('dev'), yes],
  ['whoever in tools', withdraw, pkg('staging'), no],
  ['whoever in tools', withdraw, pkg('prod'), no],
  ['an administrator', withdraw, pkg('prod'), yes],
  ...['DisposePackageVersions', 'DeletePackageVersions', 'DeletePackage'].map((a) => ['whoever in tools', `codeartifact:${a}`, pkg('prod'), no]),
  ...[
    ['PutDomainPermissionsPolicy', ofDomain], ['DeleteDomainPermissionsPolicy', ofDomain], ['DeleteDomain', ofDomain],
    ['CreateRepository', '*'], ['CreatePackageGroup', '*'], ['UpdateRepository', repository('prod')], ['DeleteRepository', repository('prod')],
    ['PutRepositoryPermissionsPolicy', repository('prod')], ['DeleteRepositoryPermissionsPolicy', repository('prod')],
    ['AssociateExternalConnection', repository('prod')], ['DisassociateExternalConnection', repository('public-pypi')],
    ['AssociateWithDownstreamRepository', repository('public-pypi')], ['PutPackageOriginConfiguration', pkg('prod')],
    ['UpdatePackageGroup', codeartifact('package-group/acme/pypi/x')], ['DeletePackageGroup', codeartifact('package-group/acme/pypi/x')],
    ['UpdatePackageGroupOriginConfiguration', codeartifact('package-group/acme/pypi/x')],
  ].filter(([, resource]) => resource !== '*').flatMap(([action, resource]) => [
    ['whoever in tools', `codeartifact:${action}`, resource, no], ['the promotion', `codeartifact:${action}`, resource, no],
    ['an administrator', `codeartifact:${action}`, resource, yes], ['a deployment', `codeartifact:${action}`, resource, yes],
  ]),
  // Images.
  ['whoever in dev', pull, image('image/churn/dev'), yes],
  ['whoever in dev', pull, image('image/churn/dev'), yes, ['Dev', 'ecr.dkr']],
  ['whoever in dev', pull, image('image/churn/staging'), no],
  ['whoever in dev', pull, image('image/churn/prod'), no],
  ['whoever in dev', push, image('image/churn/dev'), no],
  ['whoever in prod', pull, image('image/churn/prod'), yes],
  ['whoever in prod', pull, image('image/churn/prod'), yes, ['Prod', 'ecr.dkr']],
  ['whoever in prod', 'ecr:GetDownloadUrlForLayer', image('image/churn/prod'), yes],
  ['whoever in prod', 'ecr:BatchCheckLayerAvailability', image('image/churn/prod'), yes],
  ['whoever in prod', pull, image('image/churn/dev'), no],
  ['whoever in prod', pull, image('mirror/pytorch'), no],
  ['prod in another organization', pull, image('image/churn/prod'), no],
  ['a stranger', pull, image('image/churn/dev'), no],
  ['whoever in tools', push, image('image/churn/dev'), yes],
  ['whoever in tools', push, image('image/churn/staging'), no],
  ['whoever in tools', 'ecr:CompleteLayerUpload', image('image/churn/prod'), no],
  ['whoever in tools', 'ecr:BatchImportUpstreamImage', image('image/churn/prod'), no],
  ['whoever in tools', 'ecr:ReplicateImage', image('image/churn/prod'), no],
  ['an administrator', push, image('image/churn/prod'), no],
  ['the promotion', push, image('image/churn/prod'), no],
  ['the copies', push, image('image/churn/prod'), yes],
  ...['SetRepositoryPolicy', 'DeleteRepositoryPolicy', 'DeleteRepository', 'BatchDeleteImage', 'PutImageTagMutability', 'PutLifecyclePolicy',
    'DeleteLifecyclePolicy'].flatMap((a) => [
    ['whoever in tools', `ecr:${a}`, image('image/churn/prod'), no], ['the copies', `ecr:${a}`, image('image/churn/dev'), no],
    ['an administrator', `ecr:${a}`, image('image/churn/prod'), yes],
  ]),
];

function asked([name, action, resource, , at]) {
  const { arn, identity, context } = who[name];
  return { principal: arn, identity, context, action, resource, resourcePolicy: policyOf(resource), endpoint: at && through(...at) };
}

for (const request of requests) {
  const [name, action, resource, expected, at] = request;
  test(`${name}${at ? `, through ${at.join(' ')}` : ''}: ${action} on ${resource.split(':').at(-1)} is ${expected ? 'allowed' : 'denied'}`, async () => {
    await possible(asked(request));
    assert.equal(await allowed(asked(request)), expected);
  });
}

// Each statement, action and resource of the policies is needed by one of the requests.
async function decides(service, change) {
  for (const request of requests.filter(([, action, , , at]) => action.startsWith(service) && !at)) {
    const before = asked(request);
    if (await allowed({ ...before, resourcePolicy: change(before.resource) }) !== request[3]) return true;
  }
  return false;
}
// Those that know no resource can't be asked of a domain: nor is the last of two that only together open something.
const unasked = ['codeartifact:CreateRepository', 'codeartifact:CreatePackageGroup'];
for (const [what, changed] of variants(domain, withoutPart)) {
  if (unasked.some((a) => what.startsWith(a))) continue;
  test(`of the domain's policy is needed: ${what}`, async () => {
    assert.ok(await decides('codeartifact:', (resource) => policyOf(resource, { domain: changed })), 'nothing changes without it');
  });
}
for (const name of ['acme/image/churn/dev', 'acme/image/churn/prod']) {
  for (const [what, changed] of variants(images.get(name), withoutPart)) {
    if (what.includes('all') || name.endsWith('prod')) {
      test(`of the policy of ${name} is needed: ${what}`, async () => {
        assert.ok(await decides('ecr:', (resource) => (resource.endsWith(name) ? policyOf(resource, { image: changed }) : policyOf(resource))));
      });
    }
  }
}
