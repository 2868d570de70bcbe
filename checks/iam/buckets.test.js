// Who gets at the objects of a bucket, its names, its settings and its key: the policies of bucket, key and endpoint
// together. A caller's own policies allow everything where the table does not name a role, so that those decide.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { account, region } from '../assembly.js';
import { referenceApp } from './endpoints.js';
import { variants, withoutCondition, withoutPart } from './roles.js';
import { allowed, anonymous, everybody, everything, possible } from './simulator.js';
import { completeStorage, roleOf, storesOf } from './stores.js';

const stores = {
  ...Object.fromEntries(Object.entries(storesOf(referenceApp, 'dev/Foundation')).map(([name, s]) => [`dev ${name}`, s])),
  ...Object.fromEntries(Object.entries(storesOf(referenceApp, 'prod/Foundation')).map(([name, s]) => [`prod ${name}`, s])),
  ...storesOf(completeStorage, 'Storage'),
  Replica: storesOf(completeStorage, 'Replica').Datasets,
};
const other = '999988887777';
const partner = '777788889999';
const far = '444455556666'; // has the replica

const inside = (name) => ({ arn: `arn:aws:iam::${account}:role/${name}`, identity: everything });
const outside = (owner, name) => ({ arn: `arn:aws:iam::${owner}:role/${name}`, identity: everything });
const service = (name) => ({ arn: name, identity: everything });
const who = {
  job: roleOf(referenceApp, 'prod/Training', 'XGBoostJobRole'), // the reference app's
  replication: roleOf(completeStorage, 'Storage', 'DatasetsReplication'),
  backup: roleOf(completeStorage, 'Storage', 'DatasetsBackup'),
  emptier: roleOf(referenceApp, 'dev/Foundation', 'EmptiesBucketsRole'),
  everyJob: inside('Job'), // a job's role, with every permission of the account
  somebody: inside('Somebody'), // has every permission of the account
  uploader: inside('Uploader'), // comes from outside by its name
  breakGlass: inside('BreakGlass'), // an administrator by name
  signedOn: inside(`aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_DataAdmin_0123456789abcdef`), // another
  deployment: inside(`cdk-hnb659fds-cfn-exec-role-${account}-${region}`),
  lustre: inside('aws-service-role/s3.data-source.lustre.fsx.amazonaws.com/AWSServiceRoleForFSxS3Access_fs-0123456789abcdef0'),
  otherService: inside('aws-service-role/access-analyzer.amazonaws.com/AWSServiceRoleForAccessAnalyzer'),
  stranger: outside(other, 'Thief'),
  friend: outside(partner, 'Reader'),
  farAdmin: outside(far, 'Admin'),
  farReplication: outside(account, 'Storage-DatasetsReplication'),
  strangeReplication: outside(other, 'Replication'),
  logging: service('logging.s3.amazonaws.com'),
  s3: service('s3.amazonaws.com'),
  nobody: { arn: anonymous, identity: everything },
};

const yes = true;
const no = false;
const through = 'through the endpoint';
const granted = 'through the endpoint, after a grant to everybody by mistake';
const partnersEndpoint = { 'aws:SourceVpce': 'vpce-0a1b2c3d4e5f60718' };
const anotherEndpoint = { 'aws:SourceVpce': 'vpce-0fedcba9876543210' };
const byService = { 'aws:PrincipalIsAWSService': 'true' };
const from = (owner) => ({ ...byService, 'aws:SourceAccount': owner, 'aws:SourceArn': 'arn:aws:s3:::some-bucket' });
const sse = 's3:x-amz-server-side-encryption';
const kmsKey = `${sse}-aws-kms-key-id`;
const awsKey = `arn:aws:kms:${region}:${account}:key/11111111-2222-3333-4444-555555555555`;
const own = (name) => stores[name].key.arn;
const ofJobs = { 'aws:PrincipalTag/PlinthJob': 'true' };
const prefix = (value) => ({ 's3:prefix': value });

// name, who, action or actions, bucket, key of the object (null: the bucket; a key of KMS: 'key'), expected, how and context
const requests = [
  ['a job reads its data', 'job', 's3:GetObject', 'prod Datasets', 'xgboost/train/x.csv', yes, through],
  ['a job writes its model', 'job', ['s3:PutObject', 's3:AbortMultipartUpload'], 'prod Models', 'xgboost/x', yes, through],
  ['a job finds its data', 'job', 's3:ListBucket', 'prod Datasets', null, yes, through, prefix('xgboost/train/')],
  ['SageMaker looks at the data of a job that it creates', 'job', 's3:ListBucket', 'prod Datasets', null, yes, null, { ...ofJobs, ...prefix('xgboost/train/') }],
  ['and at the data of another', 'job', 's3:ListBucket', 'prod Datasets', null, no, null, { ...ofJobs, ...prefix('salaries/') }],
  ['and at old versions and uploads', 'everyJob', ['s3:ListBucketVersions', 's3:ListBucketMultipartUploads'], 'prod Datasets', null, no, null, ofJobs],
  ['and at the objects', 'everyJob', ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject'], 'prod Datasets', 'xgboost/train/x.csv', no, null, ofJobs],
  ['a role with another tag looks', 'everyJob', 's3:ListBucket', 'prod Datasets', null, no, null, { 'aws:PrincipalTag/PlinthJob': 'false' }],
  ['a job of another account looks', 'stranger', 's3:ListBucket', 'prod Datasets', null, no, null, ofJobs],
  ['a job reads another prefix', 'job', 's3:GetObject', 'prod Datasets', 'salaries/x.csv', no, through],
  ['a job reads features', 'job', 's3:GetObject', 'prod Features', 'x', no, through],
  ['a job writes over its data', 'job', 's3:PutObject', 'prod Datasets', 'xgboost/train/x.csv', no, through],
  ["a job's credentials, taken outside", 'job', 's3:GetObject', 'prod Datasets', 'xgboost/train/x.csv', no],
  ["a job's credentials, in another network", 'job', 's3:GetObject', 'prod Datasets', 'xgboost/train/x.csv', no, null, anotherEndpoint],
  ["a URL that a job has signed, opened outside", 'job', 's3:GetObject', 'prod Datasets', 'xgboost/train/x.csv', no, null,
    { 's3:authType': 'REST-QUERY-STRING' }],
  ['an administrator who is not named reads', 'somebody', 's3:GetObject', 'prod Datasets', 'x', no],
  ['and inside', 'somebody', 's3:GetObject', 'prod Datasets', 'x', yes, through],
  ['and asks Athena to', 'somebody', 's3:GetObject', 'prod Datasets', 'x', no, null, { 'aws:ViaAWSService': 'true' }],
  ['and lists the names', 'somebody', ['s3:ListBucket', 's3:ListBucketVersions', 's3:ListBucketMultipartUploads'], 'prod Datasets', null, no],
  ['and writes, deletes, tags, restores', 'somebody', ['s3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion', 's3:PutObjectTagging',
    's3:RestoreObject', 's3:ListObjectVersionAnnotations', 's3:UpdateObjectEncryption', 's3:GetObjectVersion', 's3:ListMultipartUploadParts', 's3:AbortMultipartUpload'], 'prod Datasets', 'x', no],
  ['and versions and uploads inside', 'somebody', ['s3:ListBucketVersions', 's3:ListBucketMultipartUploads'], 'prod Datasets', null, yes, null,
    { 'aws:SourceVpce': stores['prod Datasets'].endpoint.id }],
  ['nobody in particular reads', 'nobody', 's3:GetObject', 'prod Datasets', 'x', no],
  ['another account reads', 'stranger', 's3:GetObject', 'prod Datasets', 'x', no],
  ['another account reads inside', 'stranger', 's3:GetObject', 'prod Datasets', 'x', no, through],
  ['another account, granted by mistake', 'stranger', 's3:GetObject', 'prod Datasets', 'x', no, granted],
  ['another account, granted the settings', 'stranger', 's3:GetBucketPolicy', 'prod Datasets', null, no, granted],
  ['the own account, granted by mistake', 'somebody', 's3:GetObject', 'prod Datasets', 'x', yes, granted],
  ['an uploader, named, from outside', 'uploader', 's3:PutObject', 'Datasets', 'new/x', yes],
  ['an uploader elsewhere', 'uploader', 's3:PutObject', 'Checkpoints', 'new/x', no],

  ['over plain HTTP', 'somebody', ['s3:GetObject', 's3:PutObject'], 'prod Datasets', 'x', no, through, { 'aws:SecureTransport': 'false' }],
  ['the settings over plain HTTP', 'somebody', 's3:GetBucketPolicy', 'prod Datasets', null, no, through, { 'aws:SecureTransport': 'false' }],
  ['with an old TLS', 'somebody', 's3:GetObject', 'prod Datasets', 'x', no, through, { 's3:TlsVersion': '1.1' }],
  ['the settings with an old TLS', 'somebody', 's3:GetBucketPolicy', 'prod Datasets', null, no, through, { 's3:TlsVersion': '1.1' }],
  ['with a current TLS', 'somebody', 's3:GetObject', 'prod Datasets', 'x', yes, through, { 's3:TlsVersion': '1.2' }],

  ['written without a word', 'somebody', 's3:PutObject', 'prod Datasets', 'x', yes, through],
  ['without a word, the key filled in', 'somebody', 's3:PutObject', 'prod Datasets', 'x', yes, through, { [kmsKey]: own('prod Datasets') }],
  ['with the right key', 'somebody', 's3:PutObject', 'prod Datasets', 'x', yes, through, { [sse]: 'aws:kms', [kmsKey]: own('prod Datasets') }],
  ['with another key', 'somebody', 's3:PutObject', 'prod Datasets', 'x', no, through, { [sse]: 'aws:kms', [kmsKey]: own('prod Models') }],
  ["with the key of another account", 'somebody', 's3:PutObject', 'prod Datasets', 'x', no, through,
    { [sse]: 'aws:kms', [kmsKey]: `arn:aws:kms:${region}:${other}:key/x` }],
  ["with the account's own key of S3, not named", 'somebody', 's3:PutObject', 'prod Datasets', 'x', no, through, { [sse]: 'aws:kms' }],
  ["with the account's own key of S3, filled in", 'somebody', 's3:PutObject', 'prod Datasets', 'x', no, through,
    { [sse]: 'aws:kms', [kmsKey]: awsKey }],
  ["with S3's keys", 'somebody', 's3:PutObject', 'prod Datasets', 'x', no, through, { [sse]: 'AES256' }],
  ['with two layers of the right key', 'somebody', 's3:PutObject', 'prod Datasets', 'x', no, through,
    { [sse]: 'aws:kms:dsse', [kmsKey]: own('prod Datasets') }],
  ['with a key brought along', 'somebody', 's3:PutObject', 'prod Datasets', 'x', no, through,
    { 's3:x-amz-server-side-encryption-customer-algorithm': 'AES256' }],
  ['a log with a key brought along', 'logging', 's3:PutObject', 'prod AccessLogs', 'x', no, null,
    { ...from(account), 's3:x-amz-server-side-encryption-customer-algorithm': 'AES256' }],

  ['S3 delivers logs', 'logging', 's3:PutObject', 'prod AccessLogs', 'prod/Foundation/Datasets/x', yes, null, from(account)],
  ['S3 delivers logs of another account', 'logging', 's3:PutObject', 'prod AccessLogs', 'x', no, null, from(other)],
  ['S3 delivers logs of something else', 'logging', 's3:PutObject', 'prod AccessLogs', 'x', no, null,
    { ...from(account), 'aws:SourceArn': 'arn:aws:sns:us-east-1:111122223333:x' }],
  ['S3 delivers logs into data', 'logging', 's3:PutObject', 'prod Datasets', 'x', no, null, from(account)],
  ['S3 reads logs', 'logging', 's3:GetObject', 'prod AccessLogs', 'x', no, null, from(account)],
  ['S3 delivers an inventory', 's3', 's3:PutObject', 'AccessLogs', 'inventory/Storage/Datasets/x', yes, null,
    { ...from(account), 's3:x-amz-acl': 'bucket-owner-full-control' }],
  ['S3 delivers an inventory elsewhere', 's3', 's3:PutObject', 'AccessLogs', 'Storage/Datasets/x', no, null,
    { ...from(account), 's3:x-amz-acl': 'bucket-owner-full-control' }],
  ['an inventory of another account', 's3', 's3:PutObject', 'AccessLogs', 'inventory/x', no, null,
    { ...from(other), 's3:x-amz-acl': 'bucket-owner-full-control' }],
  ['an inventory of something else', 's3', 's3:PutObject', 'AccessLogs', 'inventory/x', no, null,
    { ...from(account), 's3:x-amz-acl': 'bucket-owner-full-control', 'aws:SourceArn': 'arn:aws:sns:us-east-1:111122223333:x' }],
  ['an inventory that is not ours', 's3', 's3:PutObject', 'AccessLogs', 'inventory/x', no, null, { ...from(account), 's3:x-amz-acl': 'private' }],
  ['somebody writes logs', 'somebody', 's3:PutObject', 'prod AccessLogs', 'x', no, through],
  ['somebody deletes logs', 'somebody', ['s3:DeleteObject', 's3:DeleteObjectVersion'], 'prod AccessLogs', 'x', no, through],
  ['somebody deletes logs where administrators are named', 'somebody', 's3:DeleteObject', 'AccessLogs', 'x', no, through],
  ['an administrator deletes logs', 'breakGlass', ['s3:DeleteObject', 's3:DeleteObjectVersion'], 'AccessLogs', 'x', yes],
  ['an administrator writes logs', 'breakGlass', 's3:PutObject', 'AccessLogs', 'x', no],

  ['a partner reads what is shared', 'friend', 's3:GetObject', 'Datasets', 'public/x', yes, null, partnersEndpoint],
  ['a partner reads what is shared by our endpoint', 'friend', 's3:GetObject', 'Datasets', 'public/x', no, through],
  ['a partner finds what is shared', 'friend', 's3:ListBucket', 'Datasets', null, yes, null, { ...partnersEndpoint, ...prefix('public/a') }],
  ['a partner finds more', 'friend', 's3:ListBucket', 'Datasets', null, no, null, { ...partnersEndpoint, ...prefix('salaries/') }],
  ['a partner reads more', 'friend', 's3:GetObject', 'Datasets', 'salaries/x', no, null, partnersEndpoint],
  ['a partner writes', 'friend', 's3:PutObject', 'Datasets', 'public/x', no, null, partnersEndpoint],
  ['a partner reads from anywhere', 'friend', 's3:GetObject', 'Datasets', 'public/x', no],
  ['a partner reads from another bucket', 'friend', 's3:GetObject', 'Images', 'public/x', no, null, partnersEndpoint],

  ['replication reads versions', 'replication', ['s3:GetObjectVersionForReplication', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging',
    's3:GetObjectRetention', 's3:GetObjectLegalHold'], 'Datasets', 'x', yes],
  ['replication reads the rules', 'replication', ['s3:GetReplicationConfiguration', 's3:ListBucket'], 'Datasets', null, yes],
  ['replication reads as a person would', 'replication', 's3:GetObject', 'Datasets', 'x', no],
  ['replication copies', 'farReplication', ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'], 'Replica', 'x', yes],
  ['the other account reads its copy back', 'farReplication', 's3:GetObject', 'Replica', 'x', no],
  ['the other account writes a copy by itself', 'farReplication', 's3:PutObject', 'Replica', 'x', no],
  ['a third account copies', 'strangeReplication', 's3:ReplicateObject', 'Replica', 'x', no],
  ['a backup reads', 'backup', ['s3:GetObject', 's3:GetObjectVersion', 's3:GetObjectTagging'], 'Datasets', 'x', yes],
  ['a backup lists', 'backup', ['s3:PutInventoryConfiguration', 's3:ListBucket', 's3:ListBucketVersions', 's3:GetBucketVersioning'], 'Datasets', null, yes],
  ['a backup deletes', 'backup', 's3:DeleteObject', 'Datasets', 'x', no],
  ['Lustre reads what it is linked to', 'lustre', ['s3:GetObject', 's3:PutObject'], 'Images', 'x', yes],
  ['Lustre finds it', 'lustre', 's3:ListBucket', 'Images', null, yes],
  ['Lustre reads what it is not linked to', 'lustre', 's3:GetObject', 'Datasets', 'x', no],
  ['another service reads by its role', 'otherService', 's3:GetObject', 'Images', 'x', no],

  ['a deployment changes settings', 'deployment', ['s3:PutBucketPolicy', 's3:PutEncryptionConfiguration', 's3:PutLifecycleConfiguration',
    's3:PutBucketVersioning', 's3:PutReplicationConfiguration', 's3:DeleteBucket', 's3:ListBucket'], 'Datasets', null, yes],
  ['a deployment reads objects', 'deployment', 's3:GetObject', 'Datasets', 'x', no],
  ['a deployment tries out the link of Lustre', 'deployment', 's3:GetObject', 'Images', 'x', yes],
  ['an administrator who is not named opens the bucket', 'somebody', ['s3:PutBucketPolicy', 's3:DeleteBucketPolicy',
    's3:PutBucketPublicAccessBlock', 's3:PutBucketOwnershipControls', 's3:PutBucketAcl', 's3:PutEncryptionConfiguration',
    's3:PutBucketVersioning', 's3:PutLifecycleConfiguration', 's3:PutReplicationConfiguration', 's3:PutBucketLogging',
    's3:PutInventoryConfiguration', 's3:PutBucketObjectLockConfiguration', 's3:PauseReplication', 's3:DeleteBucket'], 'Datasets', null, no],
  ['and looks at it', 'somebody', 's3:GetBucketPolicy', 'Datasets', null, yes],
  ['break-glass from outside: the bucket', 'breakGlass', ['s3:PutBucketPolicy', 's3:DeleteBucketPolicy', 's3:ListBucket'], 'Datasets', null, yes],
  ['break-glass from outside: its objects', 'breakGlass', ['s3:GetObject', 's3:PutObject', 's3:DeleteObjectVersion'], 'Datasets', 'x', yes],
  ['an administrator by single sign-on', 'signedOn', 's3:GetObject', 'Datasets', 'x', yes],
  ['where no administrator is named nobody is locked out', 'farAdmin', 's3:PutBucketPolicy', 'Replica', null, yes],
  ['break-glass lifts a lock', 'breakGlass', 's3:BypassGovernanceRetention', 'Datasets', 'x', yes],
  ['somebody lifts a lock', 'somebody', 's3:BypassGovernanceRetention', 'Datasets', 'x', no, through],

  ['the function that empties dev', 'emptier', ['s3:DeleteObject', 's3:DeleteObjectVersion'], 'dev Datasets', 'x', yes],
  ['finds what to empty', 'emptier', 's3:ListBucketVersions', 'dev Datasets', null, yes],
  ['empties logs too', 'emptier', 's3:DeleteObjectVersion', 'dev AccessLogs', 'x', yes],
  ['reads what it empties', 'emptier', 's3:GetObject', 'dev Datasets', 'x', no],
  ['closes what it empties', 'emptier', ['s3:GetBucketPolicy', 's3:PutBucketPolicy'], 'dev Datasets', null, yes],
  ['opens prod', 'emptier', 's3:PutBucketPolicy', 'prod Datasets', null, no],
  ['empties prod', 'emptier', 's3:DeleteObjectVersion', 'prod Datasets', 'x', no],
];

// withMistake is the policy of a bucket to which somebody has added a grant to everybody, in the rows that say so.
function withMistake([, , , , , , how], policy) {
  return how === granted ? { ...policy, Statement: [...policy.Statement, ...everybody.Statement] } : policy;
}

function requestOf(row, action) {
  const [, by, , bucket, object, , how, context] = row;
  const store = stores[bucket];
  return {
    principal: who[by].arn, action, resource: object === null ? store.arn : `${store.arn}/${object}`, owner: bucket === 'Replica' ? far : account,
    identity: who[by].identity, resourcePolicy: withMistake(row, store.policy), endpoint: how && store.endpoint.policy,
    context: { ...(by !== 'nobody' && { 'aws:PrincipalIsAWSService': 'false' }), ...(how && { 'aws:SourceVpce': store.endpoint.id }), ...context },
  };
}

const all = requests.flatMap((row) => [row[2]].flat().map((action) => ({ row, request: requestOf(row, action) })));

for (const { row: [name, , , bucket, , expected], request } of all) {
  test(`${name}, ${bucket}: ${request.action} is ${expected ? 'allowed' : 'denied'}`, async () => {
    await possible(request);
    assert.equal(await allowed(request), expected);
  });
}

// Whatever is taken out of the policies of the buckets, the answer to one of the requests changes, the endpoints' policies
// aside.
const alone = (request, row, policy) => allowed({ ...request, endpoint: undefined, resourcePolicy: withMistake(row, policy) });
const parts = {};
for (const [bucket, { arn, policy }] of Object.entries(stores)) {
  for (const ways of [withoutPart, withoutCondition]) {
    for (const [what, changed, statement] of variants(policy, ways)) {
      const part = `${statement.Sid ?? JSON.stringify(statement.Action)}: ${what.replace(/ of statement \d+/, '').replace(arn, 'the bucket')}`;
      (parts[part] ??= []).push([bucket, changed]);
    }
  }
}
for (const [part, changes] of Object.entries(parts)) {
  test(`is needed: ${part}`, async () => {
    for (const [bucket, changed] of changes) {
      for (const { row, request } of all.filter((r) => r.row[3] === bucket)) {
        if (await alone(request, row, changed) !== await alone(request, row, stores[bucket].policy)) return;
      }
    }
    assert.fail('every answer stays the same without it');
  });
}
