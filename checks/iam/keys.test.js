// Who uses and who administers the keys of the buckets. A caller's own policies allow everything, so that the key's decides.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { account, region, resources } from '../assembly.js';
import { referenceApp } from './endpoints.js';
import { variants, withoutCondition, withoutPart } from './roles.js';
import { allowed, everything, possible } from './simulator.js';
import { completeStorage, storesOf } from './stores.js';

const far = '444455556666';
const stores = {
  prod: storesOf(referenceApp, 'prod/Foundation').Datasets,
  Datasets: storesOf(completeStorage, 'Storage').Datasets,
  shared: storesOf(completeStorage, 'Storage').Images,
  Replica: storesOf(completeStorage, 'Replica').Datasets,
};
const role = (owner, name) => `arn:aws:iam::${owner}:role/${name}`;
const admin = role(account, 'Admin');
const partner = role('777788889999', 'Reader');
const stranger = role('999988887777', 'Thief');
const replication = role(account, 'Storage-DatasetsReplication');
const lustre = 'aws-service-role/s3.data-source.lustre.fsx.amazonaws.com/AWSServiceRoleForFSxS3Access_fs-0123456789abcdef0';

const yes = true;
const no = false;
const viaS3 = { 'kms:ViaService': `s3.${region}.amazonaws.com` };
const viaS3There = { 'kms:ViaService': 's3.us-west-2.amazonaws.com' };
const viaSecrets = { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com` };
const use = ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'];
const administration = ['kms:DescribeKey', 'kms:GetKeyPolicy', 'kms:GetKeyRotationStatus', 'kms:ListGrants', 'kms:ListKeyPolicies',
  'kms:ListKeyRotations', 'kms:ListResourceTags', 'kms:PutKeyPolicy', 'kms:EnableKey', 'kms:DisableKey', 'kms:EnableKeyRotation',
  'kms:DisableKeyRotation', 'kms:RotateKeyOnDemand', 'kms:UpdateKeyDescription', 'kms:CreateAlias', 'kms:UpdateAlias', 'kms:DeleteAlias',
  'kms:TagResource', 'kms:UntagResource', 'kms:RevokeGrant', 'kms:ScheduleKeyDeletion', 'kms:CancelKeyDeletion'];

const requests = [
  // name, who, action or actions, the bucket of the key, expected, context
  ['the account, through S3', admin, use, 'prod', yes, viaS3],
  ['the account, by itself', admin, use, 'prod', no],
  ['the account, through another service', admin, 'kms:Decrypt', 'prod', no, viaSecrets],
  ['an administrator of the account looks after it', admin, administration, 'prod', yes],
  ['another account looks after it', stranger, ['kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion', 'kms:DescribeKey'], 'prod', no],
  ['another account, through S3', stranger, use, 'prod', no, viaS3],
  ['a service encrypts a volume', admin, 'kms:CreateGrant', 'prod', yes, { 'kms:GrantIsForAWSResource': 'true' }],
  ['the key is handed to anybody', admin, 'kms:CreateGrant', 'prod', no, { 'kms:GrantIsForAWSResource': 'false' }],
  ['another account takes a grant', stranger, 'kms:CreateGrant', 'prod', no, { 'kms:GrantIsForAWSResource': 'true' }],
  ['a partner reads what is shared', partner, 'kms:Decrypt', 'Datasets', yes, viaS3],
  ['a partner decrypts by itself', partner, 'kms:Decrypt', 'Datasets', no],
  ['a partner encrypts', partner, ['kms:Encrypt', 'kms:GenerateDataKey'], 'Datasets', no, viaS3],
  ['a partner reads with another key', partner, 'kms:Decrypt', 'prod', no, viaS3],
  ['replication encrypts over there', replication, use, 'Replica', yes, viaS3There],
  ['replication encrypts by itself', replication, use, 'Replica', no],
  ['replication of a stranger', stranger, use, 'Replica', no, viaS3There],
  ['Lustre, through S3', role(account, lustre), [...use, 'kms:DescribeKey'], 'shared', yes, viaS3],
  ['Lustre, by itself', role(account, lustre), use, 'shared', no],
  ['a role without permissions, through S3', role(account, 'Powerless'), use, 'shared', no, viaS3],
  ['Lustre of another account', role('999988887777', lustre), use, 'shared', no, viaS3],
];

const asked = requests.flatMap(([name, principal, actions, bucket, expected, context]) => [actions].flat().map((action) => ({
  name, bucket, expected, principal, action, resource: stores[bucket].key.arn, resourcePolicy: stores[bucket].key.policy,
  // The roles of Lustre have no permission for keys of their own.
  identity: principal.includes(lustre) || principal.endsWith('Powerless') ? { Version: '2012-10-17', Statement: [] } : everything,
  owner: bucket === 'Replica' ? far : account,
  context: { 'kms:CallerAccount': principal.split(':')[4], ...context },
})));

for (const request of asked) {
  test(`${request.name}: ${request.action} is ${request.expected ? 'allowed' : 'denied'}`, async () => {
    await possible(request);
    assert.equal(await allowed(request), request.expected);
  });
}

// What file systems ask of the keys that they are made with
// (https://docs.aws.amazon.com/fsx/latest/LustreGuide/encryption-at-rest.html, https://docs.aws.amazon.com/efs/latest/ug/encryption-at-rest.html).
for (const [description, service] of [['Lustre file system', 'fsx'], ['EFS file system', 'elasticfilesystem']]) {
  const { values: { Arn: arn }, properties: { KeyPolicy: resourcePolicy } } = resources(completeStorage, 'AWS::KMS::Key')
    .find((k) => k.properties.Description === description);
  const through = { 'kms:ViaService': `${service}.${region}.amazonaws.com` };
  const request = (action, context) => ({
    principal: admin, identity: everything, action, resource: arn, resourcePolicy, owner: account, context: { 'kms:CallerAccount': account, ...context },
  });
  for (const action of [...use, 'kms:GenerateDataKeyWithoutPlaintext', 'kms:DescribeKey']) {
    test(`${description}: ${action} through ${service} is allowed`, async () => assert.ok(await allowed(request(action, through))));
  }
  for (const action of [...use, 'kms:GenerateDataKeyWithoutPlaintext']) {
    test(`${description}: ${action} by itself is denied`, async () => assert.equal(await allowed(request(action, {})), false));
  }
  test(`${description}: a grant is allowed`, async () => assert.ok(await allowed(request('kms:CreateGrant', { ...through, 'kms:GrantIsForAWSResource': 'true' }))));
}

// Whatever is taken out of the keys' policies, the answer to one of the requests changes.
const parts = {};
for (const [bucket, { key }] of Object.entries(stores)) {
  for (const ways of [withoutPart, withoutCondition]) {
    for (const [what, changed, statement] of variants(key.policy, ways)) {
      const part = `${statement.Sid ?? `${JSON.stringify(statement.Principal)}`}: ${what.replace(/ of statement \d+/, '')}`;
      (parts[part] ??= []).push([bucket, changed]);
    }
  }
}
for (const [part, changes] of Object.entries(parts)) {
  test(`is needed: ${part}`, async () => {
    for (const [bucket, changed] of changes) {
      for (const request of asked.filter((r) => r.bucket === bucket)) {
        if (await allowed({ ...request, resourcePolicy: changed }) !== request.expected) return;
      }
    }
    assert.fail('every answer stays the same without it');
  });
}
