// Tests what a role of an assembly may do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resources } from '../assembly.js';
import { allowed, possible } from './simulator.js';

// roleFor is the role of a stack that a service assumes, the first whose id starts so: its ARN, who may assume it, and everything that
// it may do.
export function roleFor(service, dir, stack, id = '') {
  const assumes = (r) => r.properties.AssumeRolePolicyDocument.Statement.some((s) => s.Principal.Service === service);
  const role = resources(dir, 'AWS::IAM::Role').find((r) => r.stack === stack && r.id.startsWith(id) && assumes(r));
  const { AssumeRolePolicyDocument, ManagedPolicyArns = [], Policies = [] } = role.properties;
  const managed = resources(dir, 'AWS::IAM::ManagedPolicy');
  const documents = [
    ...ManagedPolicyArns.map((arn) => managed.find((p) => p.values.Ref === arn).properties.PolicyDocument),
    ...Policies.map((p) => p.PolicyDocument),
  ];
  return {
    arn: role.values.Arn,
    trust: AssumeRolePolicyDocument,
    identity: { Version: '2012-10-17', Statement: documents.flatMap((d) => d.Statement) },
  };
}

// testRole tests every request of a table, and that the table and the role's policy say the same: whatever is taken out
// of the policy, an allowed request is denied; whatever condition is left out, a denied request is allowed.
//
// A row is name, action or actions, resource, expected, context. around gives the further policies of a request, the owner of
// its resource, and what its context holds besides that of the row.
export function testRole(role, rows, around) {
  const requests = rows.flatMap(([name, actions, resource, expected, context]) => [actions].flat()
    .map((action) => {
      const { context: given, ...rest } = around({ action, resource });
      return { name, expected, principal: role.arn, action, resource, context: { ...given, ...context }, ...rest };
    }));
  const changes = async (identity, before) => {
    for (const request of requests.filter((r) => r.expected === before)) {
      if (await allowed({ ...request, identity }) !== before) return true;
    }
    return false;
  };

  for (const request of requests) {
    test(`${request.name}: ${request.action} is ${request.expected ? 'allowed' : 'denied'}`, async () => {
      await possible(request);
      assert.equal(await allowed({ ...request, identity: role.identity }), request.expected);
    });
  }
  for (const [what, identity] of variants(role.identity, withoutPart)) {
    test(`is needed: ${what}`, async () => assert.ok(await changes(identity, true), 'all stay allowed without it'));
  }
  for (const [what, identity] of variants(role.identity, withoutCondition)) {
    test(`denies something: ${what}`, async () => assert.ok(await changes(identity, false), 'all stay denied without it'));
  }
}

// variants are the policy with one statement changed, each time in one of the ways: what, the policy, and the statement as it was.
export function* variants(policy, ways) {
  for (const [i, statement] of policy.Statement.entries()) {
    for (const [what, changed] of ways(statement)) {
      yield [`${what} of statement ${i + 1}`, { ...policy, Statement: policy.Statement.toSpliced(i, 1, ...changed) }, statement];
    }
  }
}

export function* withoutPart(statement) {
  yield ['all', []];
  for (const element of ['Action', 'Resource']) {
    const values = [statement[element]].flat();
    if (values.length < 2) continue;
    for (const value of values) yield [value, [{ ...statement, [element]: values.filter((v) => v !== value) }]];
  }
}

export function* withoutCondition(statement) {
  for (const [operator, keys] of Object.entries(statement.Condition ?? {})) {
    for (const key of Object.keys(keys)) {
      const { [key]: _, ...rest } = keys;
      const { [operator]: __, ...others } = statement.Condition;
      const Condition = Object.keys(rest).length > 0 ? { ...others, [operator]: rest } : others;
      yield [`${operator} ${key}`, [{ ...statement, Condition }]];
    }
  }
}
