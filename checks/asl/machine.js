// Executes a state machine with a real interpreter, for whoever answers its tasks: reads {definition, input, execution} from the first
// line of its input, writes a line for each state and task, and reads a line with the answer of each task.
import { createInterface } from 'node:readline';
import { StateMachine } from 'aws-local-stepfunctions';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const read = async () => JSON.parse((await lines.next()).value);
const write = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const { definition, input, execution } = await read();
const tasks = Object.entries(definition.States).filter(([, state]) => state.Type === 'Task').map(([state, { Resource }]) => [state, async (request) => {
  write({ task: state, resource: Resource, request });
  const { answer, error, cause } = await read();
  if (error) throw Object.assign(new Error(cause), { name: error });
  return answer;
}]);
const waits = Object.entries(definition.States).filter(([, state]) => state.Type === 'Wait').map(([state]) => [state, 0]);
const running = new StateMachine(definition, { validationOptions: { checkArn: false } }).run(input, {
  context: { Execution: { Id: execution }, State: {} },
  overrides: { taskResourceLocalHandlers: Object.fromEntries(tasks), waitTimeOverrides: Object.fromEntries(waits) },
});
(async () => {
  for await (const { type, state } of running.eventLogs) if (type === 'StateEntered') write({ entered: state.name });
})();
await running.result.then((output) => write({ output }), ({ cause }) => write({ error: cause.name, cause: cause.message }));
process.exit();
