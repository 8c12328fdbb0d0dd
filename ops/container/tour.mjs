/**
 * A tour of the running services with what a newcomer would try: readings in, and out again as
 * rollups and alerts; probes, metrics and documentation. Prints a line for each stop; exits 1 at
 * the first one that is not as it should be.
 *
 * node ops/container/tour.mjs [address …]   of the services in the order of their ports; default
 * http://localhost: and each one's port. With AUTH on, DEVICE_KEY is a key for `tour-*`,
 * and VIEWER_TOKEN a token of a viewer.
 */
import { ok, strictEqual } from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { SERVICES_BY_PORT, shortName } from '../../libs/common/register/src/services.js';

const DEADLINE_MS = 20_000;
const { DEVICE_KEY, VIEWER_TOKEN } = process.env;
const given = process.argv.slice(2);
const services = SERVICES_BY_PORT.map((service, i) => ({
  ...service,
  url: given[i] ?? `http://localhost:${service.port}`,
}));
const addressOf = (wanted) => services.find(({ name }) => name === wanted).url;
const [ingestion, dashboard] = [addressOf('ingestion-api'), addressOf('dashboard-api')];
/** What each counted of the tour; of a service that is not named here, something is enough. */
const COUNTED = {
  'ingestion-api': 'readings_accepted_total',
  'dashboard-api': 'http_requests_total',
  'aggregator-worker': 'events_stored_total',
  'alerts-worker': 'alerts_raised_total',
};
const device = `tour-${Date.now()}`;

const asViewer = { ...(VIEWER_TOKEN && { authorization: `Bearer ${VIEWER_TOKEN}` }) };

/** GETs, or POSTs when there is a body: { status, type, text, json() }. */
async function ask(url, body) {
  const post = {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(DEVICE_KEY && { authorization: `Bearer ${DEVICE_KEY}` }),
    },
    body: JSON.stringify(body),
  };
  const response = await fetch(url, {
    ...(body === undefined ? { headers: asViewer } : post),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    text,
    json: () => JSON.parse(text),
  };
}

/**
 * Asks again until `good` holds of the answer; throws what was wrong with the last one when it
 * never does.
 */
async function until(url, good) {
  const end = Date.now() + DEADLINE_MS;
  for (;;) {
    const answer = await ask(url);
    try {
      good(answer);
      return answer;
    } catch (error) {
      if (Date.now() > end)
        throw new Error(`${url} answered ${answer.status} ${answer.text.slice(0, 500)}`, {
          cause: error,
        });
    }
    await delay(100);
  }
}

async function stop(what, look) {
  const began = performance.now();
  try {
    const said = await look();
    console.log(
      `ok      ${what.padEnd(52)} ${String(Math.round(performance.now() - began)).padStart(5)} ms  ${said ?? ''}`,
    );
  } catch (error) {
    console.log(`not ok  ${what}: ${error.message}`);
    process.exit(1);
  }
}

for (const { name, url } of services) {
  await stop(`${shortName(name)} GET /health/ready`, async () => {
    const { text } = await until(`${url}/health/ready`, ({ status }) => strictEqual(status, 200));
    return text;
  });
}

await stop('POST /ingest', async () => {
  const answer = await ask(`${ingestion}/ingest`, {
    device_id: device,
    temperature_c: 21.5,
    humidity: 48,
  });
  strictEqual(answer.status, 202);
  return answer.text;
});
await stop('GET /devices/{id}/aggregates', async () => {
  const { json } = await until(
    `${dashboard}/devices/${device}/aggregates?window=1m&sensor_type=temperature_c`,
    (answer) => {
      strictEqual(answer.status, 200);
      strictEqual(answer.json().data.length, 1);
    },
  );
  const [{ count, min, max, average }] = json().data;
  ok(count === 1 && [min, max, average].every((value) => value === 21.5), JSON.stringify(json()));
  return `count ${count}, average ${average}`;
});
await stop('POST /ingest/batch, a copy and a bad one in it', async () => {
  const reading = {
    device_id: `${device}-b`,
    ts: new Date(Date.now() - 1000).toISOString(),
    humidity: 50,
  };
  const answer = await ask(`${ingestion}/ingest/batch`, [
    reading,
    reading,
    { device_id: `${device}-b`, humidity: null },
  ]);
  strictEqual(answer.status, 202);
  strictEqual(answer.json().rejected, 1);
  await until(`${dashboard}/devices/${device}-b/telemetry`, ({ json }) =>
    strictEqual(json().data.length, 1),
  );
  return answer.text;
});
await stop('POST /ingest of what is not valid', async () => {
  const answer = await ask(`${ingestion}/ingest`, { device_id: 'no slashes/', wings: 2 });
  strictEqual(answer.status, 400);
  ok(answer.type.startsWith('application/problem+json'), answer.type);
  return answer
    .json()
    .errors.map(({ field }) => field)
    .join(', ');
});
await stop('a reading too hot, GET /alerts/recent', async () => {
  strictEqual(
    (await ask(`${ingestion}/ingest`, { device_id: device, temperature_c: 61.2 })).status,
    202,
  );
  const { json } = await until(`${dashboard}/alerts/recent?device_id=${device}`, (answer) =>
    strictEqual(answer.json().data.length, 1),
  );
  const [alert] = json().data;
  strictEqual(alert.alert_type, 'above_max');
  return alert.message;
});
await stop('GET /aggregated as CSV', async () => {
  const response = await fetch(`${dashboard}/aggregated?device_id=${device}`, {
    headers: { ...asViewer, accept: 'text/csv' },
  });
  const [head] = (await response.text()).split('\n');
  ok(head.startsWith('device_id,sensor_type,window'), head);
  return head;
});
for (const path of [
  '/telemetry',
  '/devices',
  '/sensors/latest',
  `/sensors/history?device_id=${device}`,
  '/stats',
  '/',
])
  await stop(`dashboard GET ${path.replace(device, '…')}`, async () =>
    strictEqual((await ask(dashboard + path)).status, 200),
  );
for (const { name, url } of services.filter(({ docs }) => docs)) {
  await stop(`${shortName(name)} GET /docs`, async () => {
    const page = await ask(`${url}/docs`);
    ok(page.status === 200 && page.text.includes('swagger-ui'), page.text.slice(0, 200));
  });
  await stop(
    `${shortName(name)} GET /openapi.json`,
    async () => `OpenAPI ${(await ask(`${url}/openapi.json`)).json().openapi}`,
  );
}
for (const { name, url } of services)
  await stop(`${shortName(name)} GET /metrics`, async () => {
    const metric = COUNTED[name] ?? 'process_cpu_seconds_total';
    const { text } = await ask(`${url}/metrics`);
    const lines = text.split('\n').filter((line) => line.startsWith(metric + '{'));
    ok(
      lines.length > 0 && lines.some((line) => Number(line.split(' ').at(-1)) > 0),
      `no ${metric} above 0`,
    );
    return lines[0];
  });
