import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSameProcess, processIdentity } from './identity.js';
import { ManagedProcess, type ProcessSpec } from './managed-process.js';
import { InUseError, clearLeftover, writePidFile } from './pid-file.js';
import { Supervisor, deathLine } from './supervisor.js';

let folder: string;
let started: ManagedProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iot-processes-'));
  started = [];
});
afterEach(async () => {
  await Promise.all(started.map((child) => child.kill()));
  rmSync(folder, { recursive: true });
});

/** A child that runs this JavaScript, which is ready once its file exists. */
function child(script: string, more: Partial<ProcessSpec> = {}): ManagedProcess {
  const ready = join(folder, 'ready');
  const managed: ManagedProcess = new ManagedProcess({
    name: 'child',
    command: process.execPath,
    args: [
      '-e',
      `${script}; require('node:fs').writeFileSync(${JSON.stringify(ready)}, String(process.pid))`,
    ],
    isReady: () =>
      Promise.resolve(existsSync(ready) && readFileSync(ready, 'utf8') === String(managed.pid)),
    ...more,
  });
  started.push(managed);
  return managed;
}
const FOR_EVER = 'setInterval(() => undefined, 1000)';

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('It did not come to pass.');
    await sleep(20);
  }
}

describe('ManagedProcess', () => {
  it('is started, restarted as another process, and stopped', async () => {
    const managed = child(FOR_EVER, {
      logFile: join(folder, 'logs', 'child.log'),
      pidFile: join(folder, 'process.json'),
    });
    await managed.start();
    const first = managed.pid;
    expect(existsSync(join(folder, 'process.json'))).toBe(true);
    await managed.restart();
    expect(managed.pid).not.toBe(first);
    await managed.stop();
    expect(managed.running).toBe(false);
    expect(processIdentity(first)).toBeUndefined();
    expect(existsSync(join(folder, 'process.json'))).toBe(false);
  });

  it('says how it ended and what it printed when it does not get ready', async () => {
    await expect(child(`console.error('no disk'); process.exit(3)`).start()).rejects.toThrow(
      /child ended while it started \(exit code 3\)\.\n {2}no disk/,
    );
    await expect(
      child(FOR_EVER, { isReady: () => Promise.resolve(false), startTimeoutMs: 300 }).start(),
    ).rejects.toThrow('child was not ready after 0.3 s.');
    await expect(child('', { command: join(folder, 'nothing') }).start()).rejects.toThrow(
      /could not be started/,
    );
  });

  it('kills a process that ignores SIGTERM when its grace time is over, also one that hangs', async () => {
    const deaf = child(`process.on('SIGTERM', () => undefined); ${FOR_EVER}`, { stopGraceMs: 200 });
    const exits: unknown[] = [];
    deaf.on('exit', (exit) => exits.push(exit));
    await deaf.start();
    await deaf.stop();
    await deaf.start();
    deaf.signal('SIGSTOP');
    await deaf.stop();
    expect(exits).toEqual([
      expect.objectContaining({ signal: 'SIGKILL', expected: true }),
      expect.objectContaining({ signal: 'SIGKILL', expected: true }),
    ]);
  });
});

describe('Supervisor', () => {
  it('starts a killed process again, says so in one line, and stops it for good', async () => {
    const lines: string[] = [];
    const supervisor = new Supervisor({
      say: (line) => lines.push(line),
      backoff: { firstMs: 50, longestMs: 100, healthyAfterMs: 30_000 },
    });
    const managed = child(FOR_EVER);
    await managed.start();
    supervisor.watch(managed);
    const first = managed.pid;
    process.kill(first, 'SIGKILL');
    await until(() => managed.running && managed.pid !== first);
    expect(lines).toEqual([`child (pid ${first}) died: SIGKILL; starting it again in 0.05 s`]);
    await supervisor.stop();
    await sleep(200);
    expect(managed.running).toBe(false);
    expect(lines).toHaveLength(1);
  });

  it('ends a process that lives and does not answer any more, and starts another one', async () => {
    const lines: string[] = [];
    const health = { everyMs: 50, failures: 4, silentMs: 300 };
    const supervisor = new Supervisor({
      say: (line) => lines.push(line),
      backoff: { firstMs: 50, longestMs: 100, healthyAfterMs: 30_000 },
      health,
    });
    let hung = 0;
    const managed: ManagedProcess = child(FOR_EVER, {
      isAlive: () => Promise.resolve(managed.pid !== hung),
    });
    await managed.start();
    supervisor.watch(managed);
    await sleep(600);
    expect(lines).toEqual([]);
    hung = managed.pid;
    managed.signal('SIGSTOP');
    await until(() => managed.running && managed.pid !== hung);
    expect(lines).toEqual([
      `child (pid ${hung}) lives but has not answered for 0.3 s; ending it`,
      `child (pid ${hung}) died: SIGKILL; starting it again in 0.05 s`,
    ]);
    await sleep(600);
    expect(lines).toHaveLength(2);
    await supervisor.stop();
  });

  it('goes on trying, more slowly, while the process dies as it starts', async () => {
    const lines: string[] = [];
    const supervisor = new Supervisor({
      say: (line) => lines.push(line),
      backoff: { firstMs: 20, longestMs: 1000, healthyAfterMs: 30_000 },
    });
    const broken = join(folder, 'broken');
    const managed = child(
      `if (require('node:fs').existsSync(${JSON.stringify(broken)})) process.exit(7); ${FOR_EVER}`,
    );
    await managed.start();
    supervisor.watch(managed);
    writeFileSync(broken, '');
    process.kill(managed.pid, 'SIGKILL');
    await until(() => lines.length === 4);
    rmSync(broken);
    await until(
      () =>
        managed.running &&
        existsSync(join(folder, 'ready')) &&
        readFileSync(join(folder, 'ready'), 'utf8') === String(managed.pid),
    );
    expect(lines.slice(0, 4).map((line) => line.replace(/\d+\)/, 'N)'))).toEqual([
      'child (pid N) died: SIGKILL; starting it again in 0.02 s',
      'child (pid N) died: exit code 7; starting it again in 0.04 s',
      'child (pid N) died: exit code 7; starting it again in 0.08 s',
      'child (pid N) died: exit code 7; starting it again in 0.16 s',
    ]);
    await supervisor.stop();
  });

  it('names a process that could not be started at all', () => {
    expect(deathLine('kafka', { pid: 0, code: null, signal: null }, 500)).toBe(
      'kafka died: could not be started; starting it again in 0.5 s',
    );
  });
});

describe('pid file', () => {
  const file = (): string => join(folder, 'process.json');

  it('leads to a process that its owner left behind, which is stopped', async () => {
    const orphan = spawn(process.execPath, ['-e', FOR_EVER], { stdio: 'ignore' });
    const identity = processIdentity(orphan.pid ?? 0) ?? '';
    writeFileSync(file(), JSON.stringify({ child: identity, owner: '999999999 1' }));
    await clearLeftover(file());
    expect(isSameProcess(identity)).toBe(false);
  });

  it('spares a process that was given the same id later', async () => {
    const other = spawn(process.execPath, ['-e', FOR_EVER], { stdio: 'ignore' });
    writeFileSync(file(), JSON.stringify({ child: `${other.pid} 1`, owner: '999999999 1' }));
    await clearLeftover(file());
    expect(processIdentity(other.pid ?? 0)).toBeDefined();
    other.kill('SIGKILL');
  });

  it('says who uses the folder while the owner lives', async () => {
    const mine = spawn(process.execPath, ['-e', FOR_EVER], { stdio: 'ignore' });
    writePidFile(file(), mine.pid ?? 0);
    await expect(clearLeftover(file())).rejects.toThrow(InUseError);
    await expect(clearLeftover(file())).rejects.toThrow(
      `${folder} is in use by process ${process.pid}: stop that one first, or choose another data folder (--data).`,
    );
    mine.kill('SIGKILL');
  });

  it('is no obstacle when it is not there or broken', async () => {
    await clearLeftover(file());
    writeFileSync(file(), '{"chi');
    await clearLeftover(file());
  });
});
