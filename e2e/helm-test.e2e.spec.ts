import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPlatform, type Platform } from './platform.js';

const SCRIPT = fileURLToPath(
  new URL('../helm/iot-telemetry/files/test/post-and-read-back.mjs', import.meta.url),
);

const CTL = fileURLToPath(new URL('../tools/telemetryctl/dist/main.js', import.meta.url));

/** A pod has telemetryctl on its PATH. */
const folder = mkdtempSync(join(tmpdir(), 'helm-test-'));
const command = join(folder, 'telemetryctl');
writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${CTL}' "$@"\n`);
chmodSync(command, 0o755);
afterAll(() => rmSync(folder, { recursive: true }));

const AUTH = {
  AUTH: 'on',
  AUTH_SIGNING_KEY: generateKeyPairSync('ed25519')
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString(),
};

/** Runs what `helm test` runs in a pod. */
const helmTest = (env: NodeJS.ProcessEnv) =>
  new Promise<{ code: number; out: string; said: string }>((resolve) => {
    const child = execFile(process.execPath, [SCRIPT], { env }, (_, out, said) =>
      resolve({ code: child.exitCode ?? -1, out, said }),
    );
  });

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform(AUTH, { inMemory: true });
});
afterAll(() => platform?.stop());

/** What a pod of it knows, with AUTH on. */
const podEnv = () => ({
  ...platform.env,
  PATH: `${folder}:${process.env['PATH']}`,
  INGESTION_URL: platform.services['ingestion-api'].url,
});

it('helm test posts a reading and reads it back rolled up', async () => {
  const dashboard = platform.services['dashboard-api'].url;
  expect((await fetch(`${dashboard}/devices`)).status).toBe(401);
  const env = { ...podEnv(), DASHBOARD_URL: dashboard };
  const { code, out, said } = await helmTest(env);
  expect([code, said]).toEqual([0, '']);
  expect(out).toMatch(
    /^posted: 202 \{"status":"queued".*\nrolled up: \{.*"count":1,.*"average":21\.5/,
  );
});

it('helm test says what it waited for in vain', async () => {
  const env = { ...podEnv(), DASHBOARD_URL: 'http://127.0.0.1:1', DEADLINE_S: '2' };
  const { code, said } = await helmTest(env);
  expect([code, said]).toEqual([
    1,
    expect.stringMatching(
      /^GET http:\/\/127\.0\.0\.1:1\/devices\/helm-test-.*: not within 2 s; last answer: /,
    ),
  ]);
});
