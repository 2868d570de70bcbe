// Runs the build of a CodeBuild project of an assembly as CodeBuild does: its commands, one after the other in one shell, with its
// variables. Other commands than those of the shell and its tools are fakes.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { resources } from '../assembly.js';

const here = import.meta.dirname;
const assembly = process.env.ASSEMBLY ?? path.join(here, '../../examples/complete-supplychain/cdk.out');
const projects = new Map(resources(assembly, 'AWS::CodeBuild::Project').map(({ properties }) => [properties.Name, properties]));
const fake = fs.readFileSync(path.join(here, 'fake.sh'));
const hasJQ = spawnSync('jq', ['--version']).status === 0 && !process.env.FAKE_JQ;

export const host = '111122223333.dkr.ecr.us-east-1.amazonaws.com';
export const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

// What every project needs, whatever it does.
const always = [
  ['sleep *', ':'],
  ['aws ecr get-login-password', 'echo PASSWORD'],
  ['docker login --username AWS --password-stdin *', 'cat >>"$FAKES/passwords"'],
  ['aws s3 cp *', 'mkdir -p "$FAKES/s3"; cp "$3" "$FAKES/s3/$(base64 -w0 <<<"$4" | tr / _)"'],
];

// run builds a project once. variables are those that the build is started with; files are its source; each rule is the pattern
// of a call and what it does, in the shell: at the first call, the second ... and all that follow. Rules that come first win.
// It tells the exit code, the output, the calls, what was written to S3, what was exported, and what the fakes kept.
export function run(project, { variables = {}, files = {}, rules = [] }) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'plinth-scripts-'));
  try {
    for (const name of ['source', 'bin', 'tmp', 'fakes']) fs.mkdirSync(path.join(dir, name));
    write(path.join(dir, 'source'), files);
    write(path.join(dir, 'bin'), Object.fromEntries(['aws', 'docker', 'dockerd', 'syft', 'sleep'].map((name) => [name, fake])));
    if (!hasJQ) write(path.join(dir, 'bin'), { jq: `#!/usr/bin/env bash\nexec '${process.execPath}' '${here}/jq.js' "$@"\n` });
    [...rules, ...always].forEach(([pattern, ...answers], i) => write(path.join(dir, 'fakes/rules', String(1000 + i)), {
      pattern, ...Object.fromEntries(answers.map((answer, n) => [n + 1, answer])),
    }));
    const { Source, Environment } = projects.get(project);
    const spec = JSON.parse(Source.BuildSpec);
    const given = Object.fromEntries(Environment.EnvironmentVariables.map((v) => [v.Name, v.Value]));
    const { status, stdout, stderr } = spawnSync(spec.env.shell, ['-c', script(spec, dir)], {
      cwd: path.join(dir, 'source'), encoding: 'utf8', timeout: 60000, stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: `${dir}/bin:${process.env.PATH}`, HOME: dir, TMPDIR: path.join(dir, 'tmp'), FAKES: path.join(dir, 'fakes'),
        AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-east-1', CODEBUILD_BUILD_ID: `${project}:11111111-2222`,
        CODEBUILD_INITIATOR: 'ann', CODEBUILD_SOURCE_VERSION: 'arn:aws:s3:::bucket/sources/source.zip',
        ...inside(given, dir), ...variables,
      },
    });
    return {
      status, stdout, stderr, said: stderr.trim().split('\n').at(-1), ...called(read(dir, 'fakes/calls').replaceAll(dir, '')),
      unexpected: read(dir, 'fakes/unexpected'), records: records(path.join(dir, 'fakes/s3')),
      kept: Object.fromEntries(['passwords', 'pip.conf', 'mode', 'sbom.json', 'daemon.json'].map((name) => [name, read(dir, `fakes/${name}`)])),
      exported: read(dir, 'exported'), left: fs.readdirSync(path.join(dir, 'tmp')),
    };
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
}

// script is what CodeBuild runs: a command that fails ends it. The paths that it has to itself are moved.
function script(spec, dir) {
  const commands = spec.phases.build.commands.map((command) => `${moved(command, dir)}\nstatus=$?; [ $status = 0 ] || exit $status`);
  const exported = (spec.env['exported-variables'] ?? []).map((name) => `printf '%s=%s' ${name} "$${name}" >${dir}/exported`);
  return [...commands, ...exported].join('\n');
}

const moved = (text, dir) => text.replaceAll(/\/tmp\/(plinth\.sh|image)\b/g, `${dir}/$1`);
const inside = (variables, dir) => Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, moved(value, dir)]));

function write(dir, files) {
  fs.mkdirSync(dir, { recursive: true });
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(dir, name), text, { mode: 0o755 });
}

function read(dir, name) {
  return fs.existsSync(path.join(dir, name)) ? fs.readFileSync(path.join(dir, name), 'utf8') : '';
}

// called are the calls in their order. The two ends of a pipe start at once: the one that writes is named first.
function called(log) {
  const all = log.split('\n').filter(Boolean);
  const calls = all.filter((call) => !call.startsWith('sleep '));
  for (let i = 1; i < calls.length; i++) {
    if (calls[i] === 'aws ecr get-login-password' && calls[i - 1].startsWith('docker login')) [calls[i - 1], calls[i]] = [calls[i], calls[i - 1]];
  }
  return { calls, pauses: all.length - calls.length };
}

// records are what was written to S3, by their addresses.
function records(dir) {
  if (!fs.existsSync(dir)) return {};
  return Object.fromEntries(fs.readdirSync(dir).map((name) => [
    Buffer.from(name.replaceAll('_', '/'), 'base64').toString().trim(), fs.readFileSync(path.join(dir, name), 'utf8'),
  ]));
}

// variable is one of the project itself.
export function variable(project, name) {
  return projects.get(project).Environment.EnvironmentVariables.find((v) => v.Name === name)?.Value;
}
