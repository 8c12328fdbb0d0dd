import { isPortFree, isSameProcess, processIdentity, workspaceRoot } from '@iot/local-stack';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { portWords, stackPorts, type StackPorts } from './npm-start-words.js';

const READY_WITHIN_MS = 90_000;
const GONE_WITHIN_MS = 30_000;
const TEST_MS = READY_WITHIN_MS + GONE_WITHIN_MS + 10_000;

let dataDir: string;
let ports: StackPorts;
let npm: ChildProcess;
let family: string[] = [];
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'iot-npm-ends-'));
  ports = await stackPorts();
});
afterEach(async () => {
  npm.kill('SIGKILL');
  // What a failed test leaves must not stay: each is one of ours, by its id and the time it began.
  for (const one of family)
    if (isSameProcess(one)) process.kill(Number(one.split(' ')[0]), 'SIGKILL');
  await sleep(100);
  rmSync(dataDir, { recursive: true, force: true });
});

/** As from a shell of a user: nothing of Jest's, and nothing of an npm around it. */
function userEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|JEST_|NODE_|IOT_PARENT)/.test(name),
  );
  const path = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((part) => !part.includes('node_modules'));
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter) };
}

async function npmStart(words: string[]): Promise<void> {
  const options = ['--data', dataDir, ...portWords(ports)];
  npm = spawn('npm', ['start', '--', ...options, ...words], {
    cwd: workspaceRoot(),
    env: userEnv(),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [npm.stdout, npm.stderr])
    stream?.on('data', (chunk) => (output += String(chunk)));
  await until(
    () => {
      if (npm.exitCode !== null) throw new Error(`ended at once:\n${output}`);
      return output.includes('Press Ctrl-C to stop.');
    },
    READY_WITHIN_MS,
    () => `not ready:\n${output}`,
  );
  family = descendants(npm.pid!).flatMap((pid) => processIdentity(pid) ?? []);
}

/** Ids of this process and of all that came of it. */
function descendants(root: number): number[] {
  const rows = execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n');
  const children = rows.map((row) => row.trim().split(/\s+/).map(Number) as [number, number]);
  const found = [root];
  for (const of of found) for (const [pid, parent] of children) if (parent === of) found.push(pid);
  return found;
}

async function until(
  condition: () => boolean | Promise<boolean>,
  withinMs: number,
  what: () => string,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(what());
    await sleep(50);
  }
}

const portsFree = async (): Promise<boolean> =>
  (await Promise.all(ports.all.map(isPortFree))).every(Boolean);
const living = (): string[] => family.filter(isSameProcess);

describe('the stack of `npm start`', () => {
  it.each([
    // All that there is, where npm is asked to end and where it cannot say a word; else what starts
    // sooner.
    ['SIGTERM', [], 8],
    ['SIGKILL', [], 8],
    ['SIGINT', ['--backends-only'], 4],
    ['SIGHUP', ['--backends-only'], 4],
  ] as const)(
    'ends when npm alone gets %s',
    async (signal, words, processes) => {
      await npmStart([...words]);
      expect(family.length).toBeGreaterThanOrEqual(processes);
      npm.kill(signal);
      await until(
        async () => living().length === 0 && (await portsFree()),
        GONE_WITHIN_MS,
        () => `still there: ${living().join('; ')}`,
      );
    },
    TEST_MS,
  );

  it(
    'ends although nobody reads what it says any more',
    async () => {
      await npmStart(['--backends-only']);
      npm.stdout?.destroy();
      npm.stderr?.destroy();
      npm.kill('SIGHUP');
      await until(
        async () => living().length === 0 && (await portsFree()),
        GONE_WITHIN_MS,
        () => `still there: ${living().join('; ')}`,
      );
    },
    TEST_MS,
  );
});
