// What the role of a SageMaker pipeline may do with models, under its guard: register, and approve nothing. Its jobs are those of a
// launcher: see teams.test.js.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arn, resources } from '../assembly.js';
import { allowed, possible } from './simulator.js';

const dir = process.env.TRAINING ?? 'examples/complete-training/cdk.out';
const managed = resources(dir, 'AWS::IAM::ManagedPolicy');
const document = (arns) => ({
  Version: '2012-10-17', Statement: arns.flatMap((a) => managed.find((p) => p.values.Ref === a).properties.PolicyDocument.Statement),
});
const role = (name) => {
  const { values, properties } = resources(dir, 'AWS::IAM::Role').find((r) => r.id.startsWith(name));
  return { principal: values.Arn, identity: document(properties.ManagedPolicyArns), boundary: document([properties.PermissionsBoundary]) };
};
const version = (group) => arn('sagemaker', `model-package/${group}/1`);
const status = (value) => ({ 'sagemaker:ModelApprovalStatus': value });

for (const [name, group] of [['ChurnPipelinePipelineRole', 'staging--churnpipeline'], ['ChurnWorkflowRole', 'staging--churn']]) {
  for (const [what, action, resource, context, expected] of [
    ['registers a model for approval', 'CreateModelPackage', version(group), status('PendingManualApproval'), true],
    ['registers an approved one', 'CreateModelPackage', version(group), status('Approved'), false],
    ['registers without a word', 'CreateModelPackage', version(group), {}, false],
    ['registers in another group', 'CreateModelPackage', version('prod--churn'), status('PendingManualApproval'), false],
    ['approves', 'UpdateModelPackage', version(group), status('Approved'), false],
    ['deletes a version', 'DeleteModelPackage', version(group), {}, false],
  ]) {
    test(`${name} ${what}: ${expected}`, async () => {
      const request = { ...role(name), action: `sagemaker:${action}`, resource, context };
      await possible(request);
      assert.equal(await allowed(request), expected);
    });
  }
}
