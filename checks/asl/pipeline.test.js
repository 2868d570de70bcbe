// The SageMaker pipeline of the example: every request in it is one that AWS takes, once its references are filled in.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { resources } from '../assembly.js';

const dir = process.env.TRAINING ?? 'examples/complete-training/cdk.out';
const [{ properties }] = resources(dir, 'AWS::SageMaker::Pipeline');
const definition = JSON.parse(properties.PipelineDefinition.PipelineDefinitionBody);

// filled puts a text in the place of every reference.
function filled(value) {
  if (Array.isArray(value)) return value.map(filled);
  if (value === null || typeof value !== 'object') return value;
  if (value.Get) return value.Get.endsWith('S3ModelArtifacts') ? 's3://bucket/model.tar.gz' : 'x1';
  if (value['Std:Join']) return filled(value['Std:Join'].Values).join(value['Std:Join'].On);
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, filled(v)]));
}
const every = (steps) => steps.flatMap((s) => [s, ...every(s.Arguments.IfSteps ?? []), ...every(s.Arguments.ElseSteps ?? [])]);
const step = (type) => every(definition.Steps).filter((s) => s.Type === type);

test('the jobs and the model package are requests that AWS takes', () => {
  const [{ Arguments: train }] = step('Training');
  const [{ Arguments: register }] = step('RegisterModel');
  assert.equal(train.TrainingJobName, undefined, 'the service names each attempt');
  const processing = step('Processing').map((s) => s.Arguments);
  assert.equal(processing.length, 2);
  const requests = [
    ...processing.map((p) => ['sagemaker', 'CreateProcessingJob', { ...filled(p), ProcessingJobName: 'pipelines-x' }]),
    ['sagemaker', 'CreateTrainingJob', { ...filled(train), TrainingJobName: 'pipelines-x' }], ['sagemaker', 'CreateModelPackage', filled(register)],
  ];
  const { status, stdout, stderr } = spawnSync('.venv/bin/python', ['checks/asl/requests.py'], { input: JSON.stringify(requests), encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
});

test('no step has the name of another', () => {
  const names = every(definition.Steps).map((s) => s.Name);
  assert.deepEqual([...new Set(names)], names);
});

test('a step comes after what it needs', () => {
  const [prepare, train, gate] = definition.Steps;
  assert.deepEqual([prepare.Type, train.Type, gate.Type], ['Processing', 'Training', 'Condition']);
  assert.deepEqual([train.DependsOn, gate.DependsOn], [['Prepare'], ['Train']]);
  const [evaluate, register] = gate.Arguments.IfSteps;
  assert.deepEqual([evaluate.Name, register.Name, register.DependsOn], ['Evaluate', 'Register', ['Evaluate']]);
  const inputs = evaluate.Arguments.ProcessingInputs;
  assert.deepEqual(inputs.find((i) => i.InputName === 'model').S3Input.S3Uri, { Get: 'Steps.Train.ModelArtifacts.S3ModelArtifacts' });
});
