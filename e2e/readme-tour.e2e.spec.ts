import { findOnPath, isPortFree, workspaceRoot } from '@iot/local-stack';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { portWords, stackPorts, type StackPorts } from './npm-start-words.js';
import { type Command, commandsOf, withoutChance } from './readme/commands.js';
import { freshClone, type FreshClone } from './readme/fresh-clone.js';

/** The README, and the pages that it was too long for, in the order in which they are read. */
const PAGES = [
  'README.md',
  ...['tour', 'api', 'configuration', 'troubleshooting'].map((page) => `docs/${page}.md`),
];
/** Commands of these that are not run here, each with the reason. */
const APART: readonly (readonly [RegExp, string])[] = [
  [
    /^docker compose /,
    'needs images: the workflow "ci" builds and runs them, ops/container/check.mjs where there is no registry',
  ],
  [/^helm install /, 'needs a cluster: helm/iot-telemetry/tests and the k8s tests'],
  [/^npm start -- --auth$/, 'starts another stack: npm-start.e2e.spec.ts sends with its keys'],
  [/^npm run soak /, 'runs for an hour; docs/soak.md is what it printed'],
  [/^npm run bench$/, 'measures for half an hour'],
  [
    /^npm run test:faults$/,
    'runs for half an hour; a short form of it is among the end-to-end tests',
  ],
];
/** What runs in place of a command that would run this test in itself. */
const SHORTER: Readonly<Record<string, string>> = { 'npm test': 'npm test -- --unit local-stack' };
/** Where there is no mosquitto_pub: MQTT.js has a program that takes the same options. */
const PUBLISHER = findOnPath('mosquitto_pub') ? 'mosquitto_pub' : 'node_modules/.bin/mqtt_pub';
const ANSWER_WITHIN_MS = 25_000;
const READY_WITHIN_MS = 300_000;

const all = PAGES.flatMap((page) => commandsOf(readFileSync(join(workspaceRoot(), page), 'utf8')));
const isApart = ({ text }: Command): boolean => APART.some(([which]) => which.test(text));

let clone: FreshClone;
let ports: StackPorts;
let stack: ChildProcess | undefined;
let said = '';
beforeAll(async () => {
  clone = freshClone();
  ports = await stackPorts();
}, 60_000);
afterAll(async () => {
  stack?.kill('SIGTERM');
  for (let i = 0; i < 300 && !(await portsFree()); i++) await sleep(100);
  rmSync(dirname(clone.folder), { recursive: true, force: true });
}, 60_000);

const portsFree = async (): Promise<boolean> =>
  (await Promise.all(ports.all.map(isPortFree))).every(Boolean);

/**
 * The command on ports of our own, so that nothing clashes with what else runs on this machine.
 * Nothing else of it is changed.
 */
function onOurPorts(text: string): { text: string; env: NodeJS.ProcessEnv } {
  const { kafka, mongo, mqtt, services } = ports;
  const words = (SHORTER[text] ?? text)
    .replace(/localhost:800([1-4])/g, (_, n: string) => `localhost:${services[Number(n) - 1]}`)
    .replace(/^mosquitto_pub /, `${PUBLISHER} -p ${mqtt} `);
  // Rows of hours are shown after a second instead of twenty.
  const env = { ...clone.env, LARGER_WINDOWS_WRITE_MS: '1000' };
  if (text === 'npm start')
    return {
      text: `npm start -- ${portWords(ports).join(' ')}`,
      env,
    };
  if (text.startsWith('npm run loadgen'))
    return { text: `${words} --base-url http://localhost:${services[0]}`, env };
  return {
    text: words,
    env: {
      ...env,
      KAFKA_BOOTSTRAP_SERVERS: `localhost:${kafka}`,
      MONGO_URL: `mongodb://localhost:${mongo}`,
    },
  };
}

function run(command: Command): Promise<{ code: number; stdout: string; all: string }> {
  const { text, env } = onOurPorts(command.text);
  return new Promise((resolve) =>
    execFile(
      'sh',
      ['-c', text.replace(/^curl /, 'curl -sS ')],
      { cwd: clone.folder, env, timeout: 90_000 },
      (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, all: stdout + stderr }),
    ),
  );
}

async function start(command: Command): Promise<void> {
  const { text, env } = onOurPorts(command.text);
  if (stack?.exitCode === null) {
    // The one of a first try, which was too slow.
    const ended = once(stack, 'exit');
    stack.kill('SIGTERM');
    await ended;
  }
  said = '';
  stack = spawn('sh', ['-c', `exec ${text}`], {
    cwd: clone.folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  for (const stream of [stack.stdout, stack.stderr])
    stream?.on('data', (chunk) => (said += String(chunk)));
  const deadline = Date.now() + READY_WITHIN_MS - 10_000;
  while (!said.includes('Press Ctrl-C to stop.')) {
    if (stack.exitCode !== null || Date.now() > deadline)
      throw new Error(`npm start did not get ready:\n${said}`);
    await sleep(50);
  }
}

/** A question is asked until it is answered as the page says: rows follow a reading shortly. */
async function ask(command: Command): Promise<void> {
  const deadline = Date.now() + ANSWER_WITHIN_MS;
  for (;;) {
    const { stdout } = await run(command);
    if (withoutChance(stdout) === withoutChance(command.output) || Date.now() > deadline) {
      expect([command.text, withoutChance(stdout)]).toEqual([
        command.text,
        withoutChance(command.output),
      ]);
      return;
    }
    await sleep(100);
  }
}

describe('every command of the README and its pages, from a fresh clone, in the order in which it stands', () => {
  const blocks = all.filter((command) => command.place === 'block');
  const typed = new Set(blocks.map(({ text }) => text));
  const prose = all.filter((command) => command.place === 'prose' && !typed.has(command.text));
  const once = [...new Map(prose.map((command) => [command.text, command])).values()];

  it('has commands to run', () => {
    expect(blocks.length).toBeGreaterThan(10);
    // Each reason still has its command.
    expect(APART.filter(([which]) => !all.some(({ text }) => which.test(text)))).toEqual([]);
  });

  // Of the prose after the blocks: there the stack runs that most of them are about.
  for (const command of [...blocks, ...once].filter((one) => !isApart(one)))
    it(
      command.text.split('\n')[0]!,
      async () => {
        if (command.text === 'npm start') return start(command);
        if (command.text.startsWith('curl ') && !command.text.includes('-X POST'))
          return ask(command);
        const { code, stdout, all: printed } = await run(command);
        if (code !== 0) throw new Error(`exit code ${code}:\n${printed}`);
        if (command.output !== '')
          expect(withoutChance(stdout)).toBe(withoutChance(command.output));
      },
      READY_WITHIN_MS,
    );
});
