// The state machine of promotions, with tasks that answer as AWS does, and a count of what was executed of it.
import { StateMachine } from 'aws-local-stepfunctions';
import { resources } from '../assembly.js';

const assembly = process.env.ASSEMBLY ?? 'examples/complete-supplychain/cdk.out';
export const machine = resources(assembly, 'AWS::StepFunctions::StateMachine')
  .map(({ properties }) => JSON.parse(properties.DefinitionString)).find(({ States }) => States.CheckPackage);
export const topic = resources(assembly, 'AWS::SNS::Topic')[0].values.Ref;

export const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
export const revision = 'abcDEF123+/=';
export const pypi = { format: 'pypi', name: 'numpy', version: '2.3.4' };
export const scoped = { format: 'npm', namespace: 'acme', name: 'chart', version: '1.0.0-rc.1' };
export const image = { name: 'churn', digest };

export function throwing(name, message) {
  return () => { throw Object.assign(new Error(message), { name }); };
}

const interpreter = new StateMachine(machine, { validationOptions: { checkArn: false } });

const build = () => ({ Build: { BuildStatus: 'SUCCEEDED', BuildComplete: true } });
const message = () => ({ MessageId: '1' });

// usual are the answers to what is asked for as it should be.
const usual = {
  FindPackage: ({ Format, Namespace, Package, PackageVersion }) => ({
    PackageVersion: {
      Format, Namespace, PackageName: Package, Version: PackageVersion, Revision: revision, Status: 'Published',
      DisplayName: Package, Licenses: [], Origin: { OriginType: 'EXTERNAL' }, PublishedTime: '2026-01-01T00:00:00Z',
    },
  }),
  CheckPackage: build,
  CheckImage: ({ EnvironmentVariablesOverride }) => {
    // What the script takes for a digest.
    const { Value } = EnvironmentVariablesOverride.find(({ Name }) => Name === 'DIGEST');
    if (!/^sha256:[0-9a-f]{64}$/.test(Value)) throwing('States.TaskFailed', '{"Build":{}}')();
    return build();
  },
  Materials: () => ({ ContentLength: 1000, ContentType: 'binary/octet-stream' }),
  Approval: () => ({ approvedBy: 'bob' }),
  Record: () => ({ ETag: '"1"', VersionId: '1' }),
  CopyPackage: ({ VersionRevisions }) => ({
    SuccessfulVersions: Object.fromEntries(Object.entries(VersionRevisions).map(([v, Revision]) => [v, { Revision, Status: 'Published' }])),
    FailedVersions: {},
  }),
  CopyImage: build,
  Promoted: message,
  TellRefusal: message,
};

const entered = new Map(Object.keys(machine.States).map((name) => [name, 0]));
const ways = new Map(Object.entries(machine.States).flatMap(([from, state]) => [
  state.Next, state.Default, ...(state.Choices ?? []).map((c) => c.Next), ...(state.Catch ?? []).map((c) => c.Next),
].filter(Boolean).map((to) => [`${from} -> ${to}`, 0])));

// execute runs the machine once. It tells how it ended, and which tasks were called, in their order, with which requests.
export async function execute(input, answers = {}) {
  const calls = [];
  const handlers = Object.entries(machine.States).filter(([, state]) => state.Type === 'Task').map(([state]) => [state, async (request) => {
    calls.push({ state, request: structuredClone(request) });
    return (answers[state] ?? usual[state])(request);
  }]);
  const context = {
    Execution: { Id: 'arn:execution' }, State: { EnteredTime: '2026-01-02T03:04:05Z' }, Task: { Token: 'TOKEN-OF-THIS-TASK' },
  };
  const running = interpreter.run(input, {
    context,
    overrides: {
      taskResourceLocalHandlers: Object.fromEntries(handlers),
      retryIntervalOverrides: Object.fromEntries(handlers.map(([state]) => [state, 0])),
    },
  });
  const counted = count(running.eventLogs);
  const end = await running.result.then(
    (output) => ({ status: 'SUCCEEDED', output }),
    ({ cause: error }) => ({ status: 'FAILED', error: error.name, cause: error.message }),
  );
  await counted;
  return { ...end, calls, tasks: calls.map((call) => call.state) };
}

async function count(events) {
  let before;
  for await (const { type, state } of events) {
    if (type !== 'StateEntered') continue;
    entered.set(state.name, entered.get(state.name) + 1);
    const way = `${before} -> ${state.name}`;
    if (before !== undefined) ways.set(way, (ways.get(way) ?? 0) + 1);
    before = state.name;
  }
}

// missed are the states, and the ways between them, that no execution took.
export function missed() {
  return [...entered, ...ways].filter(([, times]) => times === 0).map(([name]) => name);
}

// table tells how often each state was entered.
export function table() {
  const taken = (map) => `${[...map.values()].filter(Boolean).length} of ${map.size}`;
  const lines = [...entered].sort().map(([name, times]) => `${String(times).padStart(5)}  ${name}`);
  return [...lines, `states: ${taken(entered)}, ways between them: ${taken(ways)}`].join('\n');
}
