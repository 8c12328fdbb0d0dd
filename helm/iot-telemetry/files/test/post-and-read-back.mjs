/**
 * What `helm test` runs, in the image of the services: posts a reading of a device of its own to
 * INGESTION_URL, and waits until DASHBOARD_URL has it rolled up with the value that was sent. Exits
 * 1, saying what was missing, after DEADLINE_S seconds (90). With AUTH=on it makes a device key and a
 * token for that, with telemetryctl, and revokes both in the end.
 */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

const { INGESTION_URL, DASHBOARD_URL, AUTH, DEADLINE_S = '90' } = process.env;
const deadline = Date.now() + Number(DEADLINE_S) * 1000;
const device = `helm-test-${randomUUID().slice(0, 8)}`;
const value = 21.5;

/** Tries until the answer has what is looked for, or the time is over. */
async function until(what, attempt) {
  for (let last = 'nothing yet'; ; await delay(1000)) {
    try {
      const found = await attempt();
      if (found.ok) return found.value;
      last = found.value;
    } catch (error) {
      last = error.cause?.message ?? error.message;
    }
    if (Date.now() > deadline) {
      console.error(`${what}: not within ${DEADLINE_S} s; last answer: ${last}`);
      process.exit(1);
    }
  }
}

const telemetryctl = (...words) => {
  try {
    return JSON.parse(
      execFileSync('telemetryctl', ['--json', '--quiet', ...words], { encoding: 'utf8' }),
    );
  } catch (error) {
    console.error(`telemetryctl ${words.slice(0, 2).join(' ')} failed: ${error.message}`);
    process.exit(1);
  }
};
const own = AUTH === 'on' && ['--name', 'helm test', '--scope', device, '--expires', '15m'];
const key = own && telemetryctl('keys', 'create', ...own);
const reader = AUTH === 'on' && ['--name', 'helm test', '--role', 'viewer', '--expires', '15m'];
const token = reader && telemetryctl('tokens', 'create', ...reader);
process.on('exit', () => {
  if (key) telemetryctl('keys', 'revoke', key.id);
  if (token) telemetryctl('tokens', 'revoke', token.id);
});

const signal = () => AbortSignal.timeout(10_000);
const reading = JSON.stringify({
  device_id: device,
  ts: new Date().toISOString(),
  temperature_c: value,
});
const posted = await until(`POST ${INGESTION_URL}/ingest`, async () => {
  const headers = {
    'content-type': 'application/json',
    ...(key && { authorization: `Bearer ${key.key}` }),
  };
  const answer = await fetch(`${INGESTION_URL}/ingest`, {
    method: 'POST',
    headers,
    body: reading,
    signal: signal(),
  });
  const text = await answer.text();
  return { ok: answer.status === 202, value: `${answer.status} ${text}` };
});
console.log(`posted: ${posted}`);

const url = `${DASHBOARD_URL}/devices/${device}/aggregates?sensor_type=temperature_c`;
const row = await until(`GET ${url}`, async () => {
  const headers = { ...(token && { authorization: `Bearer ${token.token}` }) };
  const answer = await fetch(url, { headers, signal: signal() });
  const text = await answer.text();
  const rolledUp = answer.ok
    ? JSON.parse(text).data.find((it) => it.count === 1 && it.average === value)
    : undefined;
  return rolledUp
    ? { ok: true, value: JSON.stringify(rolledUp) }
    : { ok: false, value: `${answer.status} ${text}` };
});
console.log(`rolled up: ${row}`);
