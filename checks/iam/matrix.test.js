// The matrix is what was reviewed; nobody gains more access by the known ways; and each role of people needs each statement.
// After a change that is meant: node checks/iam/matrix.js > checks/iam/matrix.golden.txt
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { account, arn } from '../assembly.js';
import { decide, matrix, requests, roles } from './matrix.js';
import { variants, withoutPart } from './roles.js';
import { allowed, everything, possible } from './simulator.js';

const golden = fs.readFileSync('checks/iam/matrix.golden.txt', 'utf8');

test('everybody may do what the matrix says, and nobody else', async () => {
  assert.equal(await matrix(), golden, 'who gained or lost what? If that is meant: node checks/iam/matrix.js > checks/iam/matrix.golden.txt');
});

test('the matrix has 250 decisions and more, half of them denials', () => {
  const cells = golden.split('\n').slice(1).flatMap((line) => line.match(/(?<= )(yes|-)(?= |$)/g) ?? []);
  assert.ok(cells.length >= 250 && cells.filter((c) => c === '-').length >= cells.length / 2, `${cells.length} decisions`);
});

for (const request of requests) {
  test(`AWS knows the request: ${request[0]}`, () => possible({
    principal: roles[0].arn, action: request[1], resource: request[2], context: request[3],
    owner: request[4] ?? (request[2].startsWith('arn:aws:s3') ? account : undefined),
  }));
}

// The known ways from some permissions to all (https://github.com/RhinoSecurityLabs/AWS-IAM-Privilege-Escalation): each
// starts with one of these.
const iam = (resource) => `arn:aws:iam::${account}:${resource}`;
const escalations = [
  ...['CreatePolicyVersion', 'SetDefaultPolicyVersion', 'DeletePolicyVersion', 'DeletePolicy'].map((a) => [`iam:${a}`, iam('policy/x')]),
  ...['CreateAccessKey', 'CreateLoginProfile', 'UpdateLoginProfile', 'AttachUserPolicy', 'PutUserPolicy', 'AddUserToGroup', 'CreateUser',
    'PutUserPermissionsBoundary', 'DeleteUserPermissionsBoundary'].map((a) => [`iam:${a}`, iam(a === 'AddUserToGroup' ? 'group/x' : 'user/x')]),
  ...['AttachGroupPolicy', 'PutGroupPolicy'].map((a) => [`iam:${a}`, iam('group/x')]),
  ...['AttachRolePolicy', 'PutRolePolicy', 'UpdateAssumeRolePolicy', 'CreateRole', 'UpdateRole', 'PutRolePermissionsBoundary',
    'DeleteRolePermissionsBoundary', 'DetachRolePolicy', 'DeleteRolePolicy', 'TagRole'].map((a) => [`iam:${a}`, iam('role/x')]),
  ['iam:PassRole', iam('role/Admin'), { 'iam:PassedToService': 'lambda.amazonaws.com' }],
  ['iam:PassRole', iam('role/Admin'), { 'iam:PassedToService': 'ec2.amazonaws.com' }],
  ['iam:PassRole', iam('role/Admin'), { 'iam:PassedToService': 'glue.amazonaws.com' }],
  ['iam:PassRole', iam('role/Admin'), { 'iam:PassedToService': 'cloudformation.amazonaws.com' }],
  ['iam:CreateOpenIDConnectProvider', iam('oidc-provider/x')],
  ['sts:AssumeRole', iam('role/Admin')],
  ['lambda:UpdateFunctionCode', arn('lambda', 'function:x')], ['lambda:CreateFunction', arn('lambda', 'function:x')],
  ['cloudformation:CreateStack', arn('cloudformation', 'stack/x/y')], ['cloudformation:UpdateStack', arn('cloudformation', 'stack/x/y')],
  ['ec2:RunInstances', arn('ec2', 'instance/*')], ['glue:UpdateDevEndpoint', arn('glue', 'devEndpoint/x')],
  ['ssm:SendCommand', arn('ssm', 'document/x')], ['codestar:CreateProject', '*'], ['datapipeline:CreatePipeline', '*'],
  ['organizations:AttachPolicy', 'arn:aws:organizations::111122223333:policy/o-abcdefghij/service_control_policy/p-abcdefgh'],
  ['sagemaker:CreatePresignedNotebookInstanceUrl', arn('sagemaker', 'notebook-instance/x')],
  ['sagemaker:CreateNotebookInstance', arn('sagemaker', 'notebook-instance/x')], ['sagemaker:StartSession', arn('sagemaker', 'space/d/x')],
];
for (const by of roles) {
  test(`${by.name}: its boundary stands between it and the known ways to more`, () => assert.ok(by.boundary));
  for (const [action, resource, context] of escalations) {
    const request = { principal: by.arn, action, resource, context, owner: account };
    const how = context ? ` to ${context['iam:PassedToService']}` : '';
    test(`${by.name} does not get more by ${action}${how}`, async () => {
      assert.equal(await allowed({ ...request, identity: by.identity }), false, 'its own policies');
      assert.equal(await allowed({ ...request, identity: everything, boundary: by.boundary }), false, 'its boundary alone');
    });
  }
}

for (const by of roles.filter((r) => ['Launcher', 'Operator', 'BreakGlass'].includes(r.name))) {
  for (const [what, identity, statement] of variants(by.identity, withoutPart)) {
    if (statement.Effect !== 'Allow' || !what.startsWith('all')) continue; // denies are the guard's: guard.test.js
    test(`${by.name} needs ${what}: ${JSON.stringify(statement.Action)}`, async () => {
      for (const request of requests) {
        if (await decide(by, request) && !await decide({ ...by, identity }, request)) return;
      }
      assert.fail('everything that it may do it may without it');
    });
  }
}
