import { isPortFree, workspaceRoot } from '@iot/local-stack';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { portWords, stackPorts, type StackPorts } from './npm-start-words.js';

const MAIN = join(workspaceRoot(), 'workbench', 'local-stack', 'dist', 'main.js');

interface Stack {
  process: ChildProcess;
  output: () => string;
  ended: Promise<number | null>;
}

let dataDir: string;
let ports: StackPorts;
let stacks: Stack[];
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'iot-npm-start-'));
  ports = await stackPorts();
  stacks = [];
});
afterEach(async () => {
  for (const stack of stacks) stack.process.kill('SIGTERM');
  await Promise.all(stacks.map((stack) => stack.ended));
  rmSync(dataDir, { recursive: true, force: true });
});

/** What `npm start` runs once everything is built, on our ports and folder. */
function start(words: string[] = [], env: NodeJS.ProcessEnv = {}): Stack {
  const {
    JEST_WORKER_ID: _worker,
    NODE_OPTIONS: _options,
    NODE_ENV: _env,
    ...inherited
  } = process.env;
  const args = [MAIN, '--data', dataDir, ...portWords(ports), ...words];
  const child = spawn(process.execPath, args, {
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => (output += String(chunk)));
  const stack = {
    process: child,
    output: () => output,
    ended: new Promise<number | null>((resolve) => child.once('exit', resolve)),
  };
  stacks.push(stack);
  return stack;
}

async function until(
  stack: Stack,
  what: string,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + 90_000;
  while (!(await condition())) {
    if (Date.now() > deadline)
      throw new Error(`${what}: not in time. The output was:\n${stack.output()}`);
    await sleep(50);
  }
}

const ready = (stack: Stack): Promise<void> =>
  until(stack, 'ready', () => {
    if (stack.process.exitCode !== null) throw new Error(`ended at once:\n${stack.output()}`);
    return stack.output().includes('Press Ctrl-C to stop.');
  });
const allPortsFree = async (): Promise<boolean> =>
  (await Promise.all(ports.all.map((port) => isPortFree(port)))).every(Boolean);
const pidOf = (file: string): number =>
  Number(
    (
      (JSON.parse(readFileSync(join(dataDir, file), 'utf8')) as { child: string }).child.split(
        ' ',
      ) as [string]
    )[0],
  );

describe('npm start', () => {
  it('serves, brings back what dies, keeps its data, and stops when asked', async () => {
    const stack = start();
    await ready(stack);
    const [ingestion, dashboard] = ports.services;
    const reading = { device_id: 'sensor-1', ts: Date.now(), temperature_c: 21.5 };
    const posted = await fetch(`http://127.0.0.1:${ingestion}/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(reading),
    });
    expect(posted.status).toBe(202);
    const rows = async (): Promise<unknown[]> => {
      const answer = await fetch(`http://127.0.0.1:${dashboard}/devices/sensor-1/aggregates`).catch(
        () => undefined,
      );
      return answer?.ok ? ((await answer.json()) as { data: unknown[] }).data : [];
    };
    await until(stack, 'rolled up', async () => (await rows()).length > 0);

    for (const [name, file] of [
      ['ingestion-api', 'run/ingestion-api.json'],
      ['mongo', 'mongo/process.json'],
      ['kafka', 'kafka/process.json'],
    ] as const) {
      const pid = pidOf(file);
      process.kill(pid, 'SIGKILL');
      await until(
        stack,
        `${name} again`,
        () =>
          stack.output().includes(`${name} (pid ${pid}) died: SIGKILL; starting it again in `) &&
          pidIn(file) !== pid,
      );
    }
    await until(stack, 'rows again', async () => (await rows()).length > 0);

    const second = start();
    expect(await second.ended).toBe(1);
    expect(second.output()).toMatch(
      /is in use by process \d+: stop that one first, or choose another data folder \(--data\)\.\n$/,
    );

    stack.process.kill('SIGTERM');
    expect(await stack.ended).toBe(0);
    expect(await allPortsFree()).toBe(true);
  });

  it('takes its servers along when it is killed, and starts again on what is there', async () => {
    const killed = start(['--backends-only']);
    await ready(killed);
    killed.process.kill('SIGKILL');
    await killed.ended;
    const next = start(['--only', 'ingestion-api']);
    await ready(next);
    next.process.kill('SIGKILL');
    await until(next, 'everything gone', allPortsFree);
  });

  it('says in one line which port is taken and what to do', async () => {
    const holder = createServer().listen(ports.services[1], '127.0.0.1');
    const stack = start();
    expect(await stack.ended).toBe(1);
    expect(stack.output()).toBe(
      `Port ${ports.services[1]} (dashboard-api) is in use: stop what listens there, or choose another port with --ports.\n`,
    );
    await new Promise((resolve) => holder.close(resolve));
  });

  it('says in one line what to install where there is no Java', async () => {
    const stack = start([], { PATH: dataDir, JAVA_HOME: '' });
    expect(await stack.ended).toBe(1);
    expect(stack.output()).toMatch(
      /^Java was not found: install .* `docker compose up`, or set KAFKA_BOOTSTRAP_SERVERS and MONGO_URL .*\n$/,
    );
  });

  it('deletes the data of earlier runs only when that was said twice', async () => {
    const refused = start(['--clean']);
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toContain('add --yes');
  });

  /** The pid in the file, or 0 while there is none. */
  function pidIn(file: string): number {
    try {
      return pidOf(file);
    } catch {
      return 0;
    }
  }
});

it('asks for keys with --auth, prints a line that sends with one, and keeps it over a restart', async () => {
  const words = ['--auth', '--only', 'ingestion-api'];
  const send = async (stack: Stack): Promise<number[]> => {
    await ready(stack);
    const curl = /^ *(curl -X POST .*)$/m.exec(stack.output())![1]!;
    const status = `-s -o /dev/null -w '%{http_code}'`;
    const ask = (line: string): number =>
      Number(execFileSync('bash', ['-c', line.replace('curl', `curl ${status}`)]));
    const key = / -H "authorization: [^"]*"/;
    return [ask(curl), ask(curl.replace(key, '')), ask(curl.replace(/Bearer /, 'Bearer x'))];
  };
  const secrets = (): string[] =>
    readdirSync(join(dataDir, 'secrets')).map((name) =>
      readFileSync(join(dataDir, 'secrets', name), 'utf8'),
    );

  const first = start(words);
  expect(await send(first)).toEqual([202, 401, 401]);
  const made = secrets();
  expect(made).toHaveLength(4);
  const logs = readdirSync(join(dataDir, 'logs')).map((name) =>
    readFileSync(join(dataDir, 'logs', name), 'utf8'),
  );
  for (const text of [first.output(), ...logs])
    for (const secret of made) expect(text.includes(secret)).toBe(false);
  first.process.kill('SIGTERM');
  await first.ended;

  expect(await send(start(words))).toEqual([202, 401, 401]);
  expect(secrets()).toEqual(made);
});
