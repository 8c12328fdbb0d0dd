import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isLoopback } from '@iot/config';
import { workspaceRoot } from './workspace.js';

const run = promisify(execFile);
const KNOWN_WITHIN_MS = 10_000;

/** Variables of the services, and the files whose text they take where they are not set. */
const FILES = {
  CREDENTIALS_SECRET: 'credentials-secret',
  AUTH_SIGNING_KEY: 'signing-key',
  AUTH_ADMIN_PASSWORD: 'admin-password',
};

/**
 * Whether the services ask who one is: where they are told so, or others may reach them, unless
 * they are told not to.
 */
export function asksWho(wanted: boolean, env: NodeJS.ProcessEnv): boolean {
  if (wanted || !env['AUTH']) return wanted || !isLoopback(env['HOST'] || '127.0.0.1');
  return env['AUTH'] === 'on';
}

/**
 * Makes the secrets that are missing in the folder.
 * @returns what the services need to know of them
 */
export async function authEnvironment(
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<Record<string, string>> {
  await node(['ops', 'container', 'secrets.mjs'], ['--dir', folder], {});
  const files = Object.entries(FILES)
    .filter(([variable]) => !env[variable] && !env[`${variable}_FILE`])
    .map(([variable, file]) => [`${variable}_FILE`, join(folder, file)] as const);
  return { AUTH: 'on', ...Object.fromEntries(files) };
}

/**
 * A key for any device, kept in the folder; made anew where the topic of the keys has it no more.
 * @returns the file that holds it
 */
export async function deviceKey(folder: string, env: Record<string, string>): Promise<string> {
  const file = join(folder, 'device-key');
  const ctl = async (...words: string[]): Promise<unknown> =>
    JSON.parse(await node(['tools', 'telemetryctl', 'dist', 'main.js'], ['--json', ...words], env));
  if (existsSync(file)) {
    const id = readFileSync(file, 'utf8').split('_')[1];
    const { keys } = (await ctl('keys', 'list')) as { keys: { id: string }[] };
    if (keys.some((key) => key.id === id)) return file;
  }
  const { key } = (await ctl('keys', 'create', '--name', 'npm start', '--scope', '*')) as {
    key: string;
  };
  writeFileSync(file, key, { mode: 0o600 });
  return file;
}

/** Waits, but not for long, until the ingestion API has heard of a key that was just made. */
export async function keyIsKnown(ingestionUrl: string, keyFile: string): Promise<void> {
  const headers = {
    authorization: `Bearer ${readFileSync(keyFile, 'utf8')}`,
    'content-type': 'application/json',
  };
  for (const end = Date.now() + KNOWN_WITHIN_MS; Date.now() < end; await sleep(50)) {
    const answer = await fetch(`${ingestionUrl}/ingest`, { method: 'POST', headers, body: '{}' })
      .then(async (response) => {
        await response.body?.cancel();
        return response.status;
      })
      .catch(() => 401);
    if (answer !== 401) return;
  }
}

async function node(
  script: readonly string[],
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const path = join(workspaceRoot(), ...script);
  const { stdout } = await run(process.execPath, [path, ...words], {
    env: { ...process.env, ...env },
  });
  return stdout;
}
