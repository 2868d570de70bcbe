// Executes the life-cycle script of a HyperPod cluster with EKS as a machine would, its commands faked: what it moves, that it does so
// once, and that it asks nothing of any network.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';

const script = path.resolve('constructs/hyperpod/scripts/on_create.sh');
const machines = [];
after(() => machines.forEach((dir) => fs.rmSync(dir, { recursive: true })));

// machine has files of containerd and the kubelet, and a volume that is mounted after so many looks.
function machine({ mountedAfter = 0, files = { 'containerd/images': 'of today', 'kubelet/config': 'of today' }, running = [], on = {} } = {}) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'node-'));
  machines.push(dir);
  const at = (...parts) => path.join(dir, ...parts);
  for (const folder of ['bin', 'volume', 'data']) fs.mkdirSync(at(folder));
  const write = (top, all) => {
    for (const [name, text] of Object.entries(all)) {
      fs.mkdirSync(path.dirname(at(top, name)), { recursive: true });
      fs.writeFileSync(at(top, name), text);
    }
  };
  write('data', files);
  write('volume', on);
  const fake = (name, body) => fs.writeFileSync(at('bin', name), `#!/bin/bash\necho "${name} $*" >>"${at('calls')}"\n${body}\n`, { mode: 0o755 });
  fake('mountpoint', `[ "$(grep -c ^mountpoint "${at('calls')}")" -gt ${mountedAfter} ]`);
  fake('systemctl', `[ "$1" != is-active ] || case " ${running.join(' ')} " in *" $3 "*) exit 0;; *) exit 3;; esac`);
  for (const name of ['sleep', 'curl', 'wget', 'yum', 'dnf', 'apt-get', 'pip', 'git', 'aws']) fake(name, 'exit 0');
  const run = () => {
    fs.writeFileSync(at('calls'), '');
    const { status, stdout, stderr } = spawnSync('bash', [script], {
      encoding: 'utf8', env: { PATH: `${at('bin')}:/usr/bin:/bin`, VOLUME: at('volume'), DATA: at('data'), LOG: at('log', 'provisioning.log') },
    });
    return { status, said: stdout + stderr, calls: fs.readFileSync(at('calls'), 'utf8') };
  };
  const read = (...parts) => (fs.existsSync(at(...parts)) ? fs.readFileSync(at(...parts), 'utf8') : undefined);
  const link = (name) => fs.lstatSync(at('data', name)).isSymbolicLink() && fs.readlinkSync(at('data', name)) === at('volume', name);
  return { at, run, read, link };
}

test('what containerd and the kubelet have is on the volume, under its old name', () => {
  const m = machine();
  const r = m.run();
  assert.equal(r.status, 0, r.said);
  for (const [name, file] of [['containerd', 'images'], ['kubelet', 'config']]) {
    assert.ok(m.link(name), `${name} is a link to the volume`);
    assert.equal(m.read('volume', name, file), 'of today');
  }
  assert.deepEqual(fs.readdirSync(m.at('data')).sort(), ['containerd', 'kubelet'], 'nothing stays on the first volume');
});

test('what it says is in the log that HyperPod sends', () => {
  const m = machine();
  m.run();
  assert.match(m.read('log', 'provisioning.log'), /on_create: .*kubelet is on .* now/);
});

test('a second time nothing happens', () => {
  const m = machine({ running: ['kubelet'] });
  m.run();
  fs.writeFileSync(m.at('volume', 'kubelet', 'pod'), 'since then');
  const r = m.run();
  assert.doesNotMatch(r.calls, /systemctl stop/);
  assert.equal(r.status, 0, r.said);
  assert.equal(m.read('data', 'kubelet', 'pod'), 'since then');
  assert.match(r.said, /already/);
});

test('a folder that an image has linked elsewhere, or to the volume by another name, is left alone', () => {
  const m = machine({ files: { 'containerd/images': 'of today' }, on: { 'kubelet/config': 'of today' } });
  fs.symlinkSync(`${m.at('volume', 'kubelet')}/`, m.at('data', 'kubelet'));
  const r = m.run();
  assert.equal(r.status, 0, r.said);
  assert.ok(m.link('containerd'));
  assert.equal(m.read('data', 'kubelet', 'config'), 'of today');
  assert.equal(fs.existsSync(m.at('volume', 'kubelet', 'kubelet')), false);
});

test('a link to what is no more is led to the volume', () => {
  const m = machine({ files: { 'containerd/images': 'of today' } });
  fs.symlinkSync('/nowhere/kubelet', m.at('data', 'kubelet'));
  const r = m.run();
  assert.equal(r.status, 0, r.said);
  assert.ok(m.link('kubelet'));
  assert.ok(fs.statSync(m.at('data', 'kubelet')).isDirectory());
});

test('what an earlier image left on the volume goes', () => {
  const m = machine({ on: { 'containerd/images': 'of yesterday', 'kubelet/checkpoint': 'of yesterday' } });
  m.run();
  assert.equal(m.read('volume', 'containerd', 'images'), 'of today');
  assert.equal(m.read('volume', 'kubelet', 'checkpoint'), undefined);
});

test('one that was broken off between moving and linking is ended', () => {
  const m = machine({ files: { 'containerd/images': 'of today', 'kubelet.moved/config': 'of today' }, on: { 'kubelet/config': 'of today' } });
  const r = m.run();
  assert.equal(r.status, 0, r.said);
  assert.ok(m.link('kubelet'));
  assert.equal(m.read('data', 'kubelet', 'config'), 'of today');
  assert.equal(fs.existsSync(m.at('data', 'kubelet.moved')), false);
});

test('a folder that is not there yet is made on the volume', () => {
  const m = machine({ files: { 'containerd/images': 'of today' } });
  assert.equal(m.run().status, 0);
  assert.ok(m.link('kubelet'));
  assert.ok(fs.statSync(m.at('volume', 'kubelet')).isDirectory());
});

test('what runs is stopped, the kubelet first, and runs again, containerd first; what does not run stays so', () => {
  assert.match(machine({ running: ['containerd', 'kubelet'] }).run().calls,
    /stop kubelet\n[^]*stop containerd\n[^]*start containerd\nsystemctl start kubelet\n/);
  assert.doesNotMatch(machine().run().calls, /systemctl (start|stop)/);
});

test('it waits for the volume', () => {
  const m = machine({ mountedAfter: 3 });
  const r = m.run();
  assert.equal(r.status, 0, r.said);
  assert.equal(r.calls.match(/^sleep 5$/gm).length, 3);
});

test('a machine without the volume fails when its log was sent, and nothing is moved', () => {
  const m = machine({ mountedAfter: 1000 });
  const r = m.run();
  assert.equal(r.status, 1);
  assert.match(r.said, /nothing is mounted/);
  assert.match(r.calls, /^sleep 60$/m);
  assert.equal(m.link('kubelet'), false);
});

test('what can not be moved fails the machine, and stays where it was', () => {
  const m = machine();
  fs.writeFileSync(m.at('bin', 'cp'), '#!/bin/bash\nexit 1\n', { mode: 0o755 });
  const r = m.run();
  assert.notEqual(r.status, 0);
  assert.equal(m.read('data', 'containerd', 'images'), 'of today');
});

test('nothing is fetched', () => assert.doesNotMatch(machine().run().calls, /^(curl|wget|yum|dnf|apt-get|pip|git|aws) /m));
