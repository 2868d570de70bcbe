// What the example's roles may do with the objects that a job gets besides a prefix copied: those that manifests list, the manifests
// themselves, and its code; and what a workflow of GitHub may write from outside the network.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { account, resources } from '../assembly.js';
import { allowed, possible } from './simulator.js';
import { roleOf, storesOf } from './stores.js';

const dir = process.env.TRAINING ?? 'examples/complete-training/cdk.out';
const data = storesOf(dir, 'Churn').Data;
const inside = { 'aws:SourceVpce': data.endpoint.id };
const elsewhere = { 'aws:SourceVpce': 'vpce-0123456789abcdef0' };
const viaS3 = { 'kms:ViaService': 's3.us-east-1.amazonaws.com' };

const table = (who, role, rows) => {
  for (const [what, action, resource, expected, context = {}] of rows) {
    test(`${who} ${what}: ${action} is ${expected ? 'allowed' : 'denied'}`, async () => {
      const key = action.startsWith('kms:');
      const through = context['aws:SourceVpce'] === data.endpoint.id ? data.endpoint.policy : undefined;
      const request = {
        principal: role.arn, identity: role.identity, action, resource, context, owner: account,
        resourcePolicy: key ? data.key.policy : data.policy, endpoint: key ? undefined : through,
      };
      await possible(request);
      assert.equal(await allowed(request), expected);
    });
  }
};

table('a job with manifests', roleOf(dir, 'Churn', 'ImagesJobRole'), [
  ['reads its augmented manifest', 's3:GetObject', `${data.arn}/labels/train.manifest`, true, inside],
  ['sees that it is there', 's3:ListBucket', data.arn, true, { ...inside, 's3:prefix': 'labels/train.manifest' }],
  ['reads its manifest', 's3:GetObject', `${data.arn}/labels/validation.json`, true, inside],
  ['reads what they list', 's3:GetObject', `${data.arn}/images/1.jpg`, true, inside],
  ['lists it, for files that are read when they are needed', 's3:ListBucket', data.arn, true, { ...inside, 's3:prefix': 'images/' }],
  ['decrypts both', 'kms:Decrypt', data.key.arn, true, viaS3],
  ['reads another object beside', 's3:GetObject', `${data.arn}/labels/train.manifest.old`, false, inside],
  ['reads another list', 's3:GetObject', `${data.arn}/labels/test.json`, false, inside],
  ['lists what is beside', 's3:ListBucket', data.arn, false, { ...inside, 's3:prefix': 'labels/' }],
  ['changes a manifest', 's3:PutObject', `${data.arn}/labels/train.manifest`, false, inside],
  ['reads the code of another', 's3:GetObject', `${data.arn}/code/sourcedir.tar.gz`, false, inside],
  ['reads from elsewhere', 's3:GetObject', `${data.arn}/labels/train.manifest`, false, elsewhere],
]);

table('a job with code', roleOf(dir, 'Churn', 'ClusterJobRole'), [
  ['reads its code', 's3:GetObject', `${data.arn}/code/sourcedir.tar.gz`, true, inside],
  ['lists it', 's3:ListBucket', data.arn, true, { ...inside, 's3:prefix': 'code/' }],
  ['changes it', 's3:PutObject', `${data.arn}/code/sourcedir.tar.gz`, false, inside],
  ['reads it from elsewhere', 's3:GetObject', `${data.arn}/code/sourcedir.tar.gz`, false, elsewhere],
]);

const gitHub = roleOf(dir, 'Churn', 'GitHub');
table('a workflow of GitHub', gitHub, [
  ['uploads code from outside', 's3:PutObject', `${data.arn}/code/sourcedir.tar.gz`, true],
  ['reads it', 's3:GetObject', `${data.arn}/code/sourcedir.tar.gz`, true],
  ['uploads labels', 's3:PutObject', `${data.arn}/labels/train.manifest`, true],
  ['encrypts what it uploads', 'kms:GenerateDataKey', data.key.arn, true, viaS3],
  ['reads labels', 's3:GetObject', `${data.arn}/labels/train.manifest`, false],
  ['reads images', 's3:GetObject', `${data.arn}/images/1.jpg`, false],
  ['writes a model', 's3:PutObject', `${data.arn}/models/x/model.tar.gz`, false],
  ['deletes code', 's3:DeleteObject', `${data.arn}/code/sourcedir.tar.gz`, false],
  ['opens the bucket', 's3:PutBucketPolicy', data.arn, false],
  ['starts the workflow', 'states:StartExecution', machine('ImagesStateMachine'), true],
  ['starts another', 'states:StartExecution', machine('ChurnStateMachine'), false],
]);

function machine(name) {
  return resources(dir, 'AWS::StepFunctions::StateMachine').find((m) => m.id.startsWith(name)).values.Ref;
}

test('its role has the name by which the bucket lets it in', () => assert.equal(gitHub.arn, `arn:aws:iam::${account}:role/staging--github--us-east-1`));

// The same permissions by another name get nowhere.
test('another role of the same permissions is kept out', async () => {
  const request = {
    principal: `arn:aws:iam::${account}:role/staging--gitlab--us-east-1`, identity: gitHub.identity, action: 's3:PutObject', resource: `${data.arn}/code/x`,
    owner: account, context: {}, resourcePolicy: data.policy,
  };
  assert.equal(await allowed(request), false);
});
