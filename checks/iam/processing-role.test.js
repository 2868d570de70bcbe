// What the roles of preparation, training and evaluation may do with the data between them, through the endpoints: each reads what is
// before it and writes what is its own. The rest of them is that of a training job: see training-role.test.js.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { account, arn, resources } from '../assembly.js';
import { endpoints } from './endpoints.js';
import { roleFor } from './roles.js';
import { allowed, possible } from './simulator.js';

const dir = process.env.TRAINING ?? 'examples/complete-training/cdk.out';
const stack = 'Churn';
const { id: endpoint, policy } = endpoints(dir).find((e) => e.service === 's3');
const { States } = JSON.parse(resources(dir, 'AWS::StepFunctions::StateMachine').map((m) => m.properties.DefinitionString)
  .find((d) => d.includes('"Evaluate"')));
const raw = States.Prepare.Parameters.ProcessingInputs[0].S3Input.S3Uri.replace('s3://', 'arn:aws:s3:::');
const bucket = raw.split('/')[0];
const bucketPolicy = resources(dir, 'AWS::S3::BucketPolicy').find((p) => bucket === `arn:aws:s3:::${p.properties.Bucket}`).properties.PolicyDocument;
const at = {
  raw: `${raw}x.csv`, prepared: `${bucket}/prepared/0123/train/x`, model: `${bucket}/models/job/output/model.tar.gz`, evaluation: `${bucket}/evaluations/0123/report.json`,
};
const reads = { Prepare: ['raw'], Job: ['prepared'], Evaluate: ['prepared', 'model'] };
const writes = { Prepare: ['prepared'], Job: ['model'], Evaluate: ['evaluation'] };

for (const kind of Object.keys(reads)) {
  const role = roleFor('sagemaker.amazonaws.com', dir, stack, `Churn${kind}Role`);
  const decided = async (action, resource, context = {}) => {
    const inS3 = { owner: account, endpoint: policy, resourcePolicy: bucketPolicy, context: { 'aws:SourceVpce': endpoint, ...context } };
    const request = { principal: role.arn, identity: role.identity, action, resource, context, ...action.startsWith('s3:') && inS3 };
    await possible(request);
    return allowed(request);
  };
  for (const [what, object] of Object.entries(at)) {
    test(`${kind} ${reads[kind].includes(what) ? 'reads' : 'does not read'} ${what}, and ${writes[kind].includes(what) ? 'writes' : 'does not write'} it`, async () => {
      assert.equal(await decided('s3:GetObject', object), reads[kind].includes(what));
      assert.equal(await decided('s3:PutObject', object), writes[kind].includes(what));
      assert.equal(await decided('s3:DeleteObject', object), false);
      assert.equal(await decided('s3:GetObject', object, { 'aws:SourceVpce': 'vpce-0123456789abcdef0' }), false, 'from elsewhere');
    });
  }
  const group = arn('logs', `log-group:/aws/sagemaker/${kind === 'Job' ? 'Training' : 'Processing'}Jobs`);
  test(`${kind} writes to its own log group`, async () => {
    assert.equal(await decided('logs:CreateLogStream', `${arn('logs', 'log-group:/aws/sagemaker/Endpoints')}:log-stream:x/algo-1`), false);
    assert.equal(await decided('logs:CreateLogStream', `${group}:log-stream:x/algo-1`), true);
  });
}
