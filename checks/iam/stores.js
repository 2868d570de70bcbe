// Reads the buckets of an assembly with everything that decides on a request to them: their policies, keys and endpoints.
import assert from 'node:assert/strict';
import { resources } from '../assembly.js';
import { endpoints } from './endpoints.js';

export const completeStorage = process.env.STORAGE ?? 'examples/complete-storage/cdk.out';

// storesOf are the buckets of a stack by the name of their construct. A request comes through the network's S3 endpoint
// where its context says so.
export function storesOf(dir, stack) {
  const of = (type) => resources(dir, type).filter((r) => r.stack === stack);
  const keys = of('AWS::KMS::Key');
  const endpoint = endpoints(dir).find((e) => e.stack === stack && e.service === 's3');
  const policies = of('AWS::S3::BucketPolicy');
  return Object.fromEntries(of('AWS::S3::Bucket').map(({ id, values, properties }) => {
    const [{ ServerSideEncryptionByDefault: encryption }] = properties.BucketEncryption.ServerSideEncryptionConfiguration;
    const key = keys.find((k) => k.values.Arn === encryption.KMSMasterKeyID);
    const policy = policies.find((p) => p.properties.Bucket === values.Ref);
    assert.ok(policy, `${stack} ${id} has a policy`);
    return [id.replace(/Bucket[0-9A-F]{8}$/, ''), {
      arn: values.Arn, policy: policy.properties.PolicyDocument, endpoint,
      key: key && { arn: key.values.Arn, policy: key.properties.KeyPolicy },
    }];
  }));
}

// roleOf is a role of a stack by the name of its construct: its ARN and everything that it may do.
export function roleOf(dir, stack, name) {
  const role = resources(dir, 'AWS::IAM::Role').find((r) => r.stack === stack && r.id.startsWith(name));
  assert.ok(role, `${stack} has a role ${name}`);
  const { ManagedPolicyArns = [] } = role.properties;
  const attached = resources(dir, 'AWS::IAM::ManagedPolicy').filter((p) => ManagedPolicyArns.includes(p.values.Ref)
    || p.properties.Roles?.includes(role.values.Ref));
  return {
    arn: role.values.Arn,
    identity: { Version: '2012-10-17', Statement: attached.flatMap((p) => p.properties.PolicyDocument.Statement) },
  };
}
