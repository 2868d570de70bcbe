// The state machines of training, with tasks that answer as AWS does, and a count of what was executed of them.
import { StateMachine } from 'aws-local-stepfunctions';
import { resources } from '../assembly.js';

export const machines = resources(process.env.ASSEMBLY ?? 'cdk.out', 'AWS::StepFunctions::StateMachine')
  .filter(({ stack, id }) => stack.endsWith('/Training') && id.startsWith('XGBoostStateMachine'))
  .map(({ stack, properties }) => ({ stack, definition: JSON.parse(properties.DefinitionString) }));
export const good = { num_round: 100, max_depth: 6, eta: 0.3 };

// ended is the description of a job; what is undefined in more is left out.
export const ended = (TrainingJobStatus, SecondaryStatus = TrainingJobStatus, more = {}) => JSON.parse(JSON.stringify({
  TrainingJobName: 'x', TrainingJobArn: 'arn:aws:sagemaker:eu-west-1:111122223333:training-job/x', TrainingJobStatus, SecondaryStatus, ModelArtifacts: { S3ModelArtifacts: 's3://models/x/model.tar.gz' },
  FinalMetricDataList: [{ MetricName: 'train:auc', Value: 0.99, Timestamp: 1 }, { MetricName: 'validation:auc', Value: 0.9, Timestamp: 1 }], ...more,
}));
export const completed = () => ended('Completed');
export const processed = () => ({ ProcessingJobStatus: 'Completed' });
export const failing = (name, message) => () => { throw Object.assign(new Error(message), { name }); };
// failed is a job that was started and failed: how Step Functions says so no document settles, so it says it badly.
export const failed = (reason) => () => { throw Object.assign(new Error('the job failed'), { name: 'States.TaskFailed', description: { ...ended('Failed'), ProcessingJobStatus: 'Failed', HyperParameterTuningJobStatus: 'Failed', FailureReason: reason } }); };
// unknown is what SageMaker says of a job that was never started.
export const unknown = failing('SageMaker.SageMakerException', 'Requested resource not found. (Service: SageMaker, Status Code: 400)');
// first answers as the given ones in turn, then as the last.
export const inTurn = (...answers) => { let n = 0; return (request) => answers[Math.min(n++, answers.length - 1)](request); };

const entered = new Map();
export const states = (definition) => Object.keys(definition.States);
export const never = (stack, definition) => states(definition).filter((name) => !entered.get(`${stack} ${name}`));
export function table(definition) {
  const width = Math.max(...states(definition).map((name) => name.length));
  return states(definition).map((name) => `  ${name.padEnd(width)}  ${machines.map(({ stack }) => String(entered.get(`${stack} ${name}`) ?? 0).padStart(5)).join('')}`)
    .join('\n');
}

// execute runs the machine of a stack; prepare, train, evaluate, search, best, register and tell stand for SageMaker and SNS: each gets the request and
// answers or throws. It tells how the execution ended, and who was asked for what, in their order.
// describe and stop are asked with the kind of job first. What train, prepare, evaluate and search answer or throw is what SageMaker then describes.
export async function execute({ stack, definition }, input, { train = completed, prepare = processed, evaluate = processed, search, best, register, tell, list, describe, stop = () => ({}), id = 'arn:aws:states:eu-west-1:111122223333:execution:x:1' } = {}) {
  const asked = [];
  const task = (name, answer) => async (request) => { asked.push({ name, request }); return answer(request); };
  const jobs = new Map(); // descriptions by name
  const named = (request) => request.TrainingJobName ?? request.ProcessingJobName ?? request.HyperParameterTuningJobName;
  const runs = (name, answer) => task(name, (request) => {
    try {
      jobs.set(named(request), answer(request));
      return { Anything: 'it may answer' };
    } catch (error) {
      if (error.description) jobs.set(named(request), error.description);
      throw error;
    }
  });
  const described = (kind) => task(`Describe${kind}`, (request) => (describe ? describe(kind, request, jobs) : structuredClone(jobs.get(named(request)) ?? unknown())));
  const handlers = {
    ListRunning: task('ListRunning', list ?? (() => ({ Executions: [{ ExecutionArn: id }] }))),
    Prepare: runs('Prepare', prepare), Evaluate: runs('Evaluate', evaluate), TrainOnSpot: runs('TrainOnSpot', train), Train: runs('Train', train), Search: runs('Search', search), Best: task('Best', best),
    Register: task('Register', register ?? (() => ({ ModelPackageArn: 'arn:aws:sagemaker:eu-west-1:111122223333:model-package/x/1' }))),
    TellSuccess: task('TellSuccess', tell ?? (() => ({ MessageId: '1' }))), TellFailure: task('TellFailure', tell ?? (() => ({ MessageId: '1' }))),
  };
  for (const kind of ['Training', 'Preparation', 'Evaluation', 'Search']) {
    handlers[`Describe${kind}`] = described(kind);
    handlers[`Stop${kind}`] = task(`Stop${kind}`, (request) => stop(kind, request));
  }
  const execution = new StateMachine(definition, { validationOptions: { checkArn: false } }).run(input, {
    context: { Execution: { Id: id }, StateMachine: { Id: id.replace(/:execution:([^:]*):.*/, ':stateMachine:$1') }, State: {} },
    overrides: {
      taskResourceLocalHandlers: handlers, waitTimeOverrides: Object.fromEntries(states(definition).filter((name) => definition.States[name].Type === 'Wait').map((name) => [name, 0])),
      retryIntervalOverrides: Object.fromEntries(Object.keys(handlers).map((name) => [name, 0])),
    },
  });
  const counted = (async () => {
    for await (const { type, state } of execution.eventLogs) {
      if (type === 'StateEntered') entered.set(`${stack} ${state.name}`, (entered.get(`${stack} ${state.name}`) ?? 0) + 1);
    }
  })();
  const names = () => asked.map((a) => a.name).filter((name) => !/^(ListRunning|Describe|Stop)/.test(name)).join(' ');
  const of = (name) => asked.filter((a) => a.name === name).map((a) => a.request);
  const trained = () => asked.filter((a) => a.name.startsWith('Train')).map((a) => a.request);
  try {
    const output = await execution.result;
    await counted;
    return { status: 'SUCCEEDED', output, asked: names(), of, trained: trained() };
  } catch ({ cause: error }) {
    await counted;
    return { status: 'FAILED', error: error.name, cause: error.message, asked: names(), of, trained: trained() };
  }
}
