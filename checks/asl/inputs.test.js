// Executes the workflow of the example that streams what manifests list: AWS takes its request, and the image runs what it is told.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { resources } from '../assembly.js';
import { execute } from './training.js';

const dir = process.env.TRAINING ?? 'examples/complete-training/cdk.out';
const [machine] = resources(dir, 'AWS::StepFunctions::StateMachine').filter(({ id }) => id.startsWith('ImagesStateMachine'))
  .map(({ stack, properties }) => ({ stack: `${stack} images`, definition: JSON.parse(properties.DefinitionString) }));

test('AWS takes the request for streams and manifests', async () => {
  const r = await execute(machine, {});
  assert.equal(r.status, 'SUCCEEDED', r.cause);
  const [request] = r.trained;
  const [train, validation] = request.InputDataConfig;
  const bucket = request.OutputDataConfig.S3OutputPath.replace(/models\/$/, '');
  assert.deepEqual([train.InputMode, train.RecordWrapperType, train.DataSource.S3DataSource], ['Pipe', 'RecordIO', {
    S3DataType: 'AugmentedManifestFile', S3Uri: `${bucket}labels/train.manifest`, AttributeNames: ['source-ref', 'class'], S3DataDistributionType: 'FullyReplicated',
  }]);
  assert.deepEqual([validation.InputMode, validation.RecordWrapperType, validation.DataSource.S3DataSource], ['FastFile', undefined, {
    S3DataType: 'ManifestFile', S3Uri: `${bucket}labels/validation.json`, S3DataDistributionType: 'FullyReplicated',
  }]);
  const { ContainerEntrypoint, ContainerArguments } = request.AlgorithmSpecification;
  assert.deepEqual([ContainerEntrypoint, ContainerArguments], [['python3', '/opt/images/train.py'], ['--classes', '12']]);
  assert.equal(request.EnableNetworkIsolation, true);
  const { status, stdout, stderr } = spawnSync('.venv/bin/python', ['checks/asl/requests.py'], {
    input: JSON.stringify([['sagemaker', 'CreateTrainingJob', request]]), encoding: 'utf8',
  });
  assert.equal(status, 0, stdout + stderr);
});
