// Prints what an assembly's Airflow environments are given, as it will be deployed: files by their paths, and the state machines.
import { resources } from '../assembly.js';

const dir = process.argv[2] ?? 'examples/complete-airflow/cdk.out';
const files = resources(dir, 'Custom::Files').flatMap((r) => r.properties.Files);
const machines = resources(dir, 'AWS::StepFunctions::StateMachine');
process.stdout.write(JSON.stringify({
  files: Object.fromEntries(files.map((f) => [f.Path, f.Text])),
  machines: Object.fromEntries(machines.map((m) => [m.values.Ref, JSON.parse(m.properties.DefinitionString)])),
  writer: resources(dir, 'AWS::Lambda::Function').find((f) => f.id.startsWith('AirflowFilesWriter')).properties.Code.ZipFile,
}));
