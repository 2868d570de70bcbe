// Reads the templates of an assembly as they will be deployed: what CloudFormation fills in is replaced by a value of
// the shape that it will have, the same in every run.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

// Where a stack is deployed to that does not say.
export const account = '111122223333';
export const region = 'us-east-1';

// values are what Ref and Fn::GetAtt give for a resource of each type, by its name, a hexadecimal text of its own, and where
// its stack is deployed to.
const values = {
  'AWS::Backup::BackupPlan': (name, hex) => ({ Ref: uuid(hex) }),
  'AWS::Backup::BackupVault': (name) => ({ Ref: name }),
  'AWS::CodeArtifact::Domain': (name, hex, at, { DomainName }) => {
    const domain = arnAt(at, 'codeartifact', `domain/${DomainName}`);
    return { Ref: domain, Arn: domain, Name: DomainName, Owner: at.account };
  },
  'AWS::CodeArtifact::PackageGroup': (name, hex, at, { DomainName, Pattern }) => {
    const group = arnAt(at, 'codeartifact', `package-group/${DomainName}${Pattern}`);
    return { Ref: group, Arn: group };
  },
  'AWS::CodeArtifact::Repository': (name, hex, at, { DomainName, RepositoryName }) => {
    const repository = arnAt(at, 'codeartifact', `repository/${DomainName}/${RepositoryName}`);
    return { Ref: repository, Arn: repository, Name: RepositoryName, DomainName, DomainOwner: at.account };
  },
  'AWS::CodeBuild::Project': (name, hex, at, { Name = name }) => ({ Ref: Name, Arn: arnAt(at, 'codebuild', `project/${Name}`) }),
  'AWS::EC2::SecurityGroup': (name, hex) => ({ Ref: `sg-${hex.slice(0, 17)}`, GroupId: `sg-${hex.slice(0, 17)}` }),
  'AWS::EC2::Subnet': (name, hex) => ({ Ref: `subnet-${hex.slice(0, 17)}` }),
  'AWS::EC2::RouteTable': (name, hex) => ({ Ref: `rtb-${hex.slice(0, 17)}` }),
  'AWS::EC2::VPC': (name, hex) => ({ Ref: `vpc-${hex.slice(0, 17)}`, DefaultSecurityGroup: `sg-${hex.slice(17, 34)}` }),
  'AWS::EC2::VPCEndpoint': (name, hex) => ({ Ref: `vpce-${hex.slice(0, 17)}` }),
  'AWS::ECR::Repository': (name, hex, at, { RepositoryName = name.toLowerCase() }) => ({
    Ref: RepositoryName, Arn: arnAt(at, 'ecr', `repository/${RepositoryName}`),
    RepositoryUri: `${at.account}.dkr.ecr.${at.region}.amazonaws.com/${RepositoryName}`,
  }),
  'AWS::EFS::FileSystem': (name, hex, at) => {
    const id = `fs-${hex.slice(0, 17)}`;
    return { Ref: id, Arn: arnAt(at, 'elasticfilesystem', `file-system/${id}`) };
  },
  'AWS::Events::Rule': (name, hex, at) => ({ Ref: name, Arn: arnAt(at, 'events', `rule/${name}`) }),
  'AWS::FSx::FileSystem': (name, hex, at) => {
    const id = `fs-${hex.slice(0, 17)}`;
    return { Ref: id, DNSName: `${id}.fsx.${at.region}.amazonaws.com`, LustreMountName: hex.slice(17, 25), ResourceARN: arnAt(at, 'fsx', `file-system/${id}`) };
  },
  'AWS::IAM::ManagedPolicy': (name, hex, at) => ({ Ref: `arn:aws:iam::${at.account}:policy/${name}` }),
  'AWS::IAM::Role': (name, hex, at, { RoleName = name }, inStack) => ({
    Ref: inStack(RoleName), Arn: `arn:aws:iam::${at.account}:role/${inStack(RoleName)}`,
  }),
  'AWS::KMS::Key': (name, hex, at) => ({ Ref: uuid(hex), Arn: arnAt(at, 'kms', `key/${uuid(hex)}`) }),
  'AWS::Lambda::Function': (name, hex, at) => ({ Ref: name, Arn: arnAt(at, 'lambda', `function:${name}`) }),
  'AWS::Logs::LogGroup': (name, hex, at) => ({ Ref: name, Arn: arnAt(at, 'logs', `log-group:${name}:*`) }),
  'AWS::Route53Resolver::FirewallDomainList': (name, hex) => ({ Ref: `rslvr-fdl-${hex.slice(0, 16)}` }),
  'AWS::Route53Resolver::FirewallRuleGroup': (name, hex) => ({ Ref: `rslvr-frg-${hex.slice(0, 16)}` }),
  'AWS::Route53Resolver::ResolverQueryLoggingConfig': (name, hex) => ({ Ref: `rqlc-${hex.slice(0, 16)}` }),
  'AWS::S3::Bucket': (name) => ({ Ref: name.toLowerCase(), Arn: `arn:aws:s3:::${name.toLowerCase()}` }),
  'AWS::SQS::Queue': (name, hex, at) => ({ Ref: `https://sqs.${at.region}.amazonaws.com/${at.account}/${name}`, Arn: arnAt(at, 'sqs', name) }),
  'AWS::SNS::Topic': (name, hex, at) => ({ Ref: arnAt(at, 'sns', name), TopicArn: arnAt(at, 'sns', name) }),
  'AWS::Signer::SigningProfile': (name, hex, at) => {
    const profile = arnAt(at, 'signer', `/signing-profiles/${hex.slice(0, 16)}`);
    return { Ref: profile, Arn: profile, ProfileName: hex.slice(0, 16) };
  },
  'Custom::Files': (name, hex, at, { Bucket, BucketArn }, inStack) => ({
    Ref: name, URI: `s3://${inStack(Bucket)}/`, ARN: inStack(BucketArn), Requirements: hex.slice(0, 32), Startup: hex.slice(32, 64),
  }),
  'AWS::MWAA::Environment': (name, hex, at, { Name }) => ({ Ref: Name, Arn: arnAt(at, 'airflow', `environment/${Name}`) }),
  'AWS::StepFunctions::StateMachine': (name, hex, at) => ({ Ref: arnAt(at, 'states', `stateMachine:${name}`), Name: name }),
};

export function arn(service, resource) {
  return arnAt({ account, region }, service, resource);
}

function arnAt(at, service, resource) {
  return `arn:aws:${service}:${at.region}:${at.account}:${resource}`;
}

function uuid(hex) {
  return hex.slice(0, 32).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}

// resources are all of a type, or of every type, sorted by stack: the path of the stack, where it is deployed to (at), the
// resource's id and type, what Ref and Fn::GetAtt give for it (values), and its properties, resolved.
export function resources(dir, type) {
  const stacks = readStacks(dir);
  return stacks.flatMap((stack) => Object.entries(stack.template.Resources)
    .filter(([, resource]) => type === undefined || resource.Type === type)
    .map(([id, resource]) => ({
      stack: stack.path,
      at: stack.at,
      id,
      type: resource.Type,
      dependsOn: [resource.DependsOn ?? []].flat(),
      values: valuesOf(stack, id),
      properties: resolve(resource.Properties, stack, stacks),
    })));
}

// readStacks are the stacks of an assembly and of the stages in it.
function readStacks(dir) {
  const stacks = [];
  for (const [id, artifact] of Object.entries(readJSON(dir, 'manifest.json').artifacts)) {
    const { directoryName, stackName, templateFile } = artifact.properties ?? {};
    if (artifact.type === 'cdk:cloud-assembly') {
      stacks.push(...readStacks(path.join(dir, directoryName)));
    } else if (artifact.type === 'aws:cloudformation:stack') {
      stacks.push({
        path: artifact.displayName ?? id,
        name: stackName ?? id,
        at: environmentOf(artifact),
        template: readJSON(dir, templateFile),
      });
    }
  }
  return stacks.sort((a, b) => a.path.localeCompare(b.path));
}

// environmentOf is where a stack is deployed to. An app that does not say has "unknown-account" and "unknown-region".
function environmentOf({ environment }) {
  const [, , itsAccount, itsRegion] = environment.split('/');
  return {
    account: itsAccount.startsWith('unknown') ? account : itsAccount,
    region: itsRegion.startsWith('unknown') ? region : itsRegion,
  };
}

function readJSON(dir, file) {
  return JSON.parse(fs.readFileSync(path.join(dir, file)));
}

// resolve replaces the intrinsic functions in a value of a stack.
function resolve(value, stack, stacks) {
  const inner = (v) => resolve(v, stack, stacks);
  if (Array.isArray(value)) return value.map(inner);
  if (value === null || typeof value !== 'object') return value;
  const keys = Object.keys(value);
  if (keys.length !== 1 || !(keys[0] === 'Ref' || keys[0].startsWith('Fn::'))) {
    return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, inner(v)]));
  }
  const [[name, argument]] = Object.entries(value);
  switch (name) {
    case 'Ref': return ref(stack, argument);
    case 'Fn::GetAtt': {
      const [id, ...attributeName] = [argument].flat().join('.').split('.');
      return attribute(stack, id, attributeName.join('.'));
    }
    case 'Fn::Join': return inner(argument[1]).join(inner(argument[0]));
    case 'Fn::Sub': return substitute(argument, stack, inner);
    case 'Fn::Split': return inner(argument[1]).split(argument[0]);
    case 'Fn::Select': return known(inner(argument[1])[inner(argument[0])], value);
    case 'Fn::GetAZs': return ['a', 'b', 'c'].map((zone) => stack.region + zone);
    case 'Fn::FindInMap': {
      const [map, first, second] = inner(argument);
      return known(stack.template.Mappings?.[map]?.[first]?.[second], value);
    }
    case 'Fn::GetStackOutput': {
      const { StackName, OutputName } = inner(argument);
      const producer = known(stacks.find((s) => s.name === StackName), value);
      return resolve(known(producer.template.Outputs?.[OutputName], value).Value, producer, stacks);
    }
    case 'Fn::ImportValue': {
      const exported = (s) => Object.values(s.template.Outputs ?? {}).find((o) => o.Export?.Name === argument);
      const producer = known(stacks.find(exported), value);
      return resolve(exported(producer).Value, producer, stacks);
    }
    default: throw new Error(`checks/assembly.js can't resolve ${name} yet`);
  }
}

function ref(stack, name) {
  return pseudoParameter(stack, name) ?? stack.template.Parameters?.[name]?.Default ?? attribute(stack, name, 'Ref');
}

function pseudoParameter({ at, name: stackName }, name) {
  switch (name) {
    case 'AWS::AccountId': return at.account;
    case 'AWS::Partition': return 'aws';
    case 'AWS::Region': return at.region;
    case 'AWS::StackId': return arnAt(at, 'cloudformation', `stack/${stackName}/${uuid(hexOf(stackName))}`);
    case 'AWS::URLSuffix': return 'amazonaws.com';
    default: return undefined;
  }
}

function attribute(stack, id, name) {
  return known(valuesOf(stack, id)[name], `${name} of ${id}`);
}

function valuesOf(stack, id) {
  const { Type, Properties = {} } = known(stack.template.Resources[id], id);
  return values[Type]?.(`${stack.name}-${id}`, hexOf(`${stack.name}/${id}`), stack.at, Properties, (value) => resolve(value, stack, [stack])) ?? {};
}

function hexOf(text) {
  return createHash('sha256').update(text).digest('hex');
}

function substitute(argument, stack, inner) {
  const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
  return text.replace(/\$\{([^}]+)\}/g, (whole, name) => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    if (name in variables) return inner(variables[name]);
    return inner(name.includes('.') ? { 'Fn::GetAtt': name } : { Ref: name });
  });
}

function known(value, what) {
  if (value === undefined) throw new Error(`checks/assembly.js has no value for ${JSON.stringify(what)}`);
  return value;
}
