import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startPlatform, type Platform } from './platform.js';

const SCRIPT = fileURLToPath(
  new URL('../helm/iot-telemetry/files/test/post-and-read-back.mjs', import.meta.url),
);

/** Runs what `helm test` runs in a pod. */
const helmTest = (env: NodeJS.ProcessEnv) =>
  new Promise<{ code: number; out: string; said: string }>((resolve) => {
    const child = execFile(process.execPath, [SCRIPT], { env }, (_, out, said) =>
      resolve({ code: child.exitCode ?? -1, out, said }),
    );
  });

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform({}, { inMemory: true });
});
afterAll(() => platform?.stop());

it('helm test posts a reading and reads it back rolled up', async () => {
  const { services } = platform;
  const env = {
    INGESTION_URL: services['ingestion-api'].url,
    DASHBOARD_URL: services['dashboard-api'].url,
  };
  const { code, out, said } = await helmTest(env);
  expect([code, said]).toEqual([0, '']);
  expect(out).toMatch(
    /^posted: 202 \{"status":"queued".*\nrolled up: \{.*"count":1,.*"average":21\.5/,
  );
});

it('helm test says what it waited for in vain', async () => {
  const env = {
    INGESTION_URL: platform.services['ingestion-api'].url,
    DASHBOARD_URL: 'http://127.0.0.1:1',
    DEADLINE_S: '2',
  };
  const { code, said } = await helmTest(env);
  expect([code, said]).toEqual([
    1,
    expect.stringMatching(
      /^GET http:\/\/127\.0\.0\.1:1\/devices\/helm-test-.*: not within 2 s; last answer: /,
    ),
  ]);
});
