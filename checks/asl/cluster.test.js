// Executes the workflow of the example on instances of several types: AWS takes its request, and each group and input is in it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { resources } from '../assembly.js';
import { execute } from './training.js';

const dir = process.env.TRAINING ?? 'examples/complete-training/cdk.out';
const [machine] = resources(dir, 'AWS::StepFunctions::StateMachine')
  .map(({ stack, properties }) => ({ stack: `${stack} cluster`, definition: JSON.parse(properties.DefinitionString) }))
  .filter(({ definition }) => definition.States.Train?.Parameters.ResourceConfig.InstanceGroups);

test('AWS takes the request for several groups', async () => {
  const r = await execute(machine, {});
  assert.equal(r.status, 'SUCCEEDED', r.cause);
  const [request] = r.trained;
  const groups = request.ResourceConfig.InstanceGroups.map((g) => [g.InstanceGroupName, g.InstanceType, g.InstanceCount]);
  assert.deepEqual(groups, [['data', 'ml.g4dn.xlarge', 1], ['gpu', 'ml.g5.xlarge', 2]]);
  assert.deepEqual([request.ResourceConfig.InstanceType, request.ResourceConfig.VolumeKmsKeyId], [undefined, undefined]);
  const [raw, validation, code] = request.InputDataConfig.map((c) => c.DataSource.S3DataSource.InstanceGroupNames);
  assert.deepEqual([raw, validation, code], [['data'], undefined, undefined]);
  // The toolkit reads each value as JSON.
  const read = Object.fromEntries(Object.entries(request.HyperParameters).map(([name, value]) => [name, JSON.parse(value)]));
  assert.deepEqual(read, {
    sagemaker_program: 'train.py', sagemaker_submit_directory: '/opt/ml/input/data/code/sourcedir.tar.gz',
    sagemaker_mpi_enabled: true, sagemaker_mpi_num_of_processes_per_host: 1, sagemaker_distribution_instance_groups: ['gpu'],
  });
  const { status, stdout, stderr } = spawnSync('.venv/bin/python', ['checks/asl/requests.py'], {
    input: JSON.stringify([['sagemaker', 'CreateTrainingJob', request]]), encoding: 'utf8',
  });
  assert.equal(status, 0, stdout + stderr);
});
