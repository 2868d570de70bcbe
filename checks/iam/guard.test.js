// What the guard lets through and what it denies: for each action that it knows, the compliant request is allowed, and each
// single violation is denied. It is simulated in its three forms: the reference app's identity policies and boundary, and
// service control policies for every feature.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { account, arn, region, resources } from '../assembly.js';
import { referenceApp } from './endpoints.js';
import { oldNames, renamed } from './oldnames.js';
import { variants } from './roles.js';
import { allowed, everything, possible } from './simulator.js';

const stack = 'prod/Foundation';
const caller = `arn:aws:iam::${account}:role/Launcher`;
const foreignKey = `arn:aws:kms:${region}:999988887777:key/11111111-2222-3333-4444-555555555555`;

// keysOf are the condition keys of each action that the guard may use: the library's own table.
const keysOf = Object.fromEntries(fs.readFileSync('constructs/catalog/sagemaker_actions.csv', 'utf8').trim().split('\n').slice(1)
  .map((line) => [line.split(',')[0], line.split(',')[1].split(' ')]));

const of = (type) => resources(referenceApp, type).filter((r) => r.stack === stack);
const guardPolicies = of('AWS::IAM::ManagedPolicy').filter((p) => p.id.startsWith('Guard'));
const isBoundary = (p) => p.id.startsWith('GuardBoundary');
const statementsOf = (policies) => policies.flatMap((p) => p.properties.PolicyDocument.Statement);
const modelKey = of('AWS::KMS::Key').find((k) => k.properties.Description === 'Models bucket').values.Arn;
const subnets = of('AWS::EC2::Subnet').map((s) => s.values.Ref);
const [group] = of('AWS::EC2::SecurityGroup').filter((g) => g.id.startsWith('NetworkJobs')).map((g) => g.values.Ref);
const scps = fs.readFileSync('constructs/access/testdata/scp.golden.jsonl', 'utf8').trim().split('\n').map(JSON.parse);

const training = ['CreateTrainingJob', 'UpdateTrainingJob', 'CreateHyperParameterTuningJob', 'CreateProcessingJob'];
const forms = [
  { name: 'identity policies', statements: statementsOf(guardPolicies.filter((p) => !isBoundary(p))), actions: training, network: true },
  { name: 'boundary', statements: statementsOf(guardPolicies.filter(isBoundary)), actions: training, network: true, closed: true },
  { name: 'SCPs', statements: scps.flatMap((d) => d.Statement), actions: Object.keys(keysOf), team: 'red' },
];

const under = {
  'the new names': (context) => context,
  'the old names': (context) => Object.fromEntries(Object.entries(context).map(([k, v]) => [oldNames[k.replace(/Arn$/, '')] ?? k, v])),
  'both names': (context) => ({ ...under['the old names'](context), ...context }),
};

// compliant is what each condition key of a good request says.
const compliant = {
  'sagemaker:VpcSubnets': subnets, 'sagemaker:VpcSecurityGroupIds': [group],
  'sagemaker:NetworkIsolation': 'true', 'sagemaker:InterContainerTrafficEncryption': 'true',
  'sagemaker:VolumeKmsKeyArn': modelKey, 'sagemaker:OutputKmsKeyArn': modelKey,
  'sagemaker:InstanceTypes': ['ml.m5.xlarge'], 'sagemaker:MaxRuntimeInSeconds': '3600', 'sagemaker:KeepAlivePeriod': '0',
  'sagemaker:EnableRemoteDebug': 'false', 'sagemaker:DirectInternetAccess': 'Disabled', 'sagemaker:RootAccess': 'Disabled',
  'sagemaker:MinimumInstanceMetadataServiceVersion': '2', 'sagemaker:AppNetworkAccessType': 'VpcOnly', 'sagemaker:RemoteAccess': 'DISABLED',
};

// wrong are the values that break the rule of a key; undefined: it is missing.
const wrong = {
  'sagemaker:VpcSubnets': [undefined, [...subnets, 'subnet-0123456789abcdef0']],
  'sagemaker:VpcSecurityGroupIds': [undefined, [group, 'sg-0123456789abcdef0']],
  'sagemaker:NetworkIsolation': [undefined, 'false'], 'sagemaker:InterContainerTrafficEncryption': [undefined, 'false'],
  'sagemaker:VolumeKmsKeyArn': [undefined, foreignKey], 'sagemaker:OutputKmsKeyArn': [undefined, foreignKey],
  'sagemaker:InstanceTypes': [undefined, ['ml.m5.xlarge', 'ml.p4d.24xlarge']], 'sagemaker:MaxRuntimeInSeconds': [undefined, '86401'],
  'sagemaker:KeepAlivePeriod': ['3600'], 'sagemaker:EnableRemoteDebug': ['true'], 'sagemaker:DirectInternetAccess': [undefined, 'Enabled'],
  'sagemaker:RootAccess': [undefined, 'Enabled'], 'sagemaker:MinimumInstanceMetadataServiceVersion': [undefined, '1'],
  'sagemaker:AppNetworkAccessType': [undefined, 'PublicInternetOnly'], 'sagemaker:RemoteAccess': ['ENABLED'],
  'aws:RequestTag/Environment': [undefined, 'dev'], 'aws:RequestTag/Team': [undefined, 'blue'],
};

// may are the requests that can leave a key out: what they leave out stays as it was, or was held before.
const may = {
  'sagemaker:VpcSubnets': ['CreateEndpointConfig'], 'sagemaker:VpcSecurityGroupIds': ['CreateEndpointConfig', 'CreateUserProfile'],
  'sagemaker:NetworkIsolation': ['CreateEndpointConfig'], 'sagemaker:InstanceTypes': ['CreateApp', 'CreateSpace', 'CreateDomain', 'CreateUserProfile'],
};
const mayLeaveOut = (action, key) => (action.startsWith('Update') && action !== 'UpdateMonitoringSchedule') || may[key]?.includes(action);

const yes = true;
const no = false;
const asked = [];

function ask(form, name, action, context, expected) {
  const what = action.replace(/^(Create|Update)/, '').replace(/V2$/, '');
  const kind = what.replace('AutoML', 'Automl').replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();
  const resource = arn('sagemaker', `${{ App: 'app/d/u/t', Job: 'job/c', Space: 'space/d', UserProfile: 'user-profile/d' }[what] ?? kind}/x`);
  asked.push({ form, name: `${form.name}: ${action}: ${name}`, expected, principal: caller, action: `sagemaker:${action}`, resource, context });
}

for (const form of forms) {
  for (const action of form.actions) {
    const keys = keysOf[action].filter((k) => k !== 'aws:RequestTag' && compliant[k] !== undefined);
    const tagged = keysOf[action].includes('aws:RequestTag');
    const good = {
      ...Object.fromEntries(keys.map((k) => [k, compliant[k]])),
      ...(tagged && { 'aws:RequestTag/Environment': 'prod', ...(form.team && { 'aws:RequestTag/Team': form.team }) }),
    };
    const caller = form.team ? { 'aws:PrincipalTag/Team': form.team } : {};
    const variantsOf = Object.keys(good).some((k) => k.includes('KmsKeyArn')) ? Object.entries(under) : [['any name', (c) => c]];
    for (const [names, rename] of variantsOf) {
      const request = (name, context, expected) => ask(form, `${name}, under ${names}`, action, { ...caller, ...rename(context) }, expected);
      request('compliant', good, yes);
      for (const [key, values] of Object.entries(wrong).filter(([k]) => k in good)) {
        for (const value of values) {
          if (!form.network && Array.isArray(value) && key.includes('Vpc')) continue; // an SCP names no network
          const { [key]: _, ...rest } = good;
          const context = value === undefined ? rest : { ...rest, [key]: value };
          request(`${key} ${value === undefined ? 'missing' : `is ${value}`}`, context, value === undefined && mayLeaveOut(action, key) ? yes : no);
        }
      }
      if (keys.includes('sagemaker:VolumeKmsKeyArn') && keys.includes('sagemaker:InstanceTypes')) {
        const { 'sagemaker:VolumeKmsKeyArn': _, ...keyless } = good;
        request('a local disk without a volume key', { ...keyless, 'sagemaker:InstanceTypes': ['ml.g5.xlarge'] }, yes);
        request('one without a local disk among them', { ...keyless, 'sagemaker:InstanceTypes': ['ml.g5.xlarge', 'ml.m5.xlarge'] }, no);
      }
    }
  }
}

// What no feature of the form uses is denied outright; tags that tell environments and teams apart stay as they were given.
for (const form of forms) {
  for (const action of Object.keys(keysOf).filter((a) => !form.actions.includes(a))) ask(form, 'not a feature that is used', action, {}, no);
  for (const action of ['CreateCompilationJob', 'CreateOptimizationJob', 'CreateTrainingPlan']) ask(form, 'nothing in it could be held', action, {}, no);
  const tagging = (name, action, context, expected) => asked.push({
    form, name: `${form.name}: ${name}`, expected, principal: caller, action: `sagemaker:${action}`, resource: arn('sagemaker', 'training-job/x'), context,
  });
  const aJob = { 'sagemaker:TaggingAction': 'CreateTrainingJob' };
  tagging('a job is tagged when it is made', 'AddTags', { 'aws:TagKeys': ['Environment'], ...aJob }, yes);
  tagging('a job is given another tag', 'AddTags', { 'aws:TagKeys': ['note'] }, yes);
  tagging('a job is given to another environment', 'AddTags', { 'aws:TagKeys': ['note', 'Environment'] }, no);
  tagging('a job loses another tag', 'DeleteTags', { 'aws:TagKeys': ['note'] }, yes);
  tagging('a job leaves its environment', 'DeleteTags', { 'aws:TagKeys': ['note', 'Environment'] }, no);
}

for (const request of asked) {
  const { form } = request;
  form.policy ??= { Version: '2012-10-17', Statement: [...(form.closed ? [] : everything.Statement), ...renamed(form.statements)] };
  test(`${request.name} is ${request.expected ? 'allowed' : 'denied'}`, async () => {
    await possible(request);
    assert.equal(await allowed({ ...request, identity: form.policy }), request.expected);
  });
}

// Each deny of each form is needed: without it one of the requests passes.
for (const form of forms) {
  const without = function* without(statement) {
    if (statement.Effect === 'Deny' && !JSON.stringify(statement).includes('aws:ResourceAccount')) yield ['all', []]; // see matrix.js
  };
  for (const [what, changed, statement] of variants(form.policy, without)) {
    test(`${form.name}: is needed: ${what}: ${statement.Sid ?? JSON.stringify(statement.Condition)}`, async () => {
      for (const request of asked.filter((r) => r.form === form && !r.expected)) {
        if (await allowed({ ...request, identity: changed })) return;
      }
      assert.fail('everything stays denied without it');
    });
  }
}
