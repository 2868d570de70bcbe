// Reads the state machines of an assembly. What CloudFormation fills in becomes a text of the shape that it will have.
import fs from 'node:fs';
import path from 'node:path';

function resolve(value) {
  if (Array.isArray(value)) return value.map(resolve);
  if (value === null || typeof value !== 'object') return value;
  const [[key, argument]] = Object.entries(value);
  switch (key) {
    case 'Fn::Join': return resolve(argument[1]).join(argument[0]);
    case 'Ref': return { 'AWS::Partition': 'aws', 'AWS::Region': 'eu-west-1', 'AWS::AccountId': '111122223333', 'AWS::URLSuffix': 'amazonaws.com' }[argument] ?? `ref-${argument}`;
    case 'Fn::GetAtt': return `att-${argument.join('-')}`;
    case 'Fn::GetStackOutput': return `out-${argument.OutputName}`;
    case 'Fn::FindInMap': return '141502667606';
    default: throw new Error(`no value for ${key}`);
  }
}

export function stateMachines(dir) {
  const found = [];
  for (const [id, artifact] of Object.entries(JSON.parse(fs.readFileSync(path.join(dir, 'manifest.json'))).artifacts)) {
    if (artifact.type === 'cdk:cloud-assembly') {
      found.push(...stateMachines(path.join(dir, artifact.properties.directoryName)));
    } else if (artifact.type === 'aws:cloudformation:stack') {
      const template = JSON.parse(fs.readFileSync(path.join(dir, artifact.properties.templateFile)));
      for (const resource of Object.values(template.Resources)) {
        if (resource.Type === 'AWS::StepFunctions::StateMachine') {
          found.push({ stack: artifact.displayName ?? id, definition: JSON.parse(resolve(resource.Properties.DefinitionString)) });
        }
      }
    }
  }
  return found.sort((a, b) => a.stack.localeCompare(b.stack));
}
