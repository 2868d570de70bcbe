// Executes the life-cycle script of a HyperPod cluster as a machine would, its commands faked: what it turns off, what it writes, and that
// it asks nothing of any network.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

const script = path.resolve('constructs/hyperpod/scripts/on_init_complete.sh');

// run gives what the script asked of the commands, said and wrote; units are those that the machine has, fails is one that can't be stopped.
function run({ units = [], mounted = false, fails = '' } = {}) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lifecycle-'));
  const [bin, shared, pip, calls] = ['bin', 'fsx', 'pip.conf', 'calls'].map((name) => path.join(dir, name));
  for (const folder of [bin, shared]) fs.mkdirSync(folder);
  const fake = (name, body) => fs.writeFileSync(path.join(bin, name), `#!/bin/bash\necho "${name} $*" >>"${calls}"\n${body}\n`, { mode: 0o755 });
  fake('systemctl', `case "$1" in list-unit-files) case " ${units.join(' ')} " in *" $2 "*) echo "$2 enabled";; *) exit 1;; esac;; disable) [ "$3" != "${fails}" ];; esac`);
  fake('mountpoint', mounted ? 'exit 0' : 'exit 1');
  for (const name of ['curl', 'wget', 'apt-get', 'pip', 'git', 'aws']) fake(name, 'exit 0');
  const { status, stdout } = spawnSync('bash', [script], {
    encoding: 'utf8', env: { PATH: `${bin}:/usr/bin:/bin`, PIP_CONFIG: pip, SHARED: shared },
  });
  const made = { status, stdout, calls: fs.readFileSync(calls, 'utf8'), pip: fs.existsSync(pip) && fs.readFileSync(pip, 'utf8'), jobs: path.join(shared, 'jobs') };
  made.mode = fs.existsSync(made.jobs) && (fs.statSync(made.jobs).mode & 0o7777).toString(8);
  fs.rmSync(dir, { recursive: true });
  return made;
}

test('what calls package mirrors by itself is turned off, as far as the machine has it', () => {
  const r = run({ units: ['apt-daily.timer', 'snapd.service'] });
  assert.equal(r.status, 0, r.stdout);
  for (const unit of ['apt-daily.timer', 'snapd.service']) {
    assert.match(r.calls, new RegExp(`systemctl disable --now ${unit}\nsystemctl mask ${unit}`));
  }
  assert.doesNotMatch(r.calls, /disable --now motd-news/);
});

test('pip asks no index', () => assert.match(run().pip, /no-index = true/));

test('Lustre has a folder for the jobs of everybody; without it none is made', () => {
  assert.equal(run({ mounted: true }).mode, '1777');
  const without = run();
  assert.deepEqual([without.status, without.mode], [0, false]);
});

test('nothing is fetched', () => assert.doesNotMatch(run({ units: ['snapd.socket'], mounted: true }).calls, /^(curl|wget|apt-get|pip|git|aws) /m));

test('what can not be turned off fails the machine', () => assert.notEqual(run({ units: ['apt-daily.timer'], fails: 'apt-daily.timer' }).status, 0));
