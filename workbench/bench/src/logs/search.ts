import type { Db } from 'mongodb';
import { Pool } from 'undici';
import { deviceName } from '../core/backlog-plan.js';
import { figuresOf, percentile } from '../core/results.js';
import { sampleText, sizeOf, type Bench } from '../run/bench.js';
import type { Sample } from '../run/interleave.js';
import { loadDocuments } from '../run/load-documents.js';
import { preparePlatform } from '../run/platform.js';

const HOUR_MS = 3_600_000;
/** All lines lie within a day. */
const SPAN_MS = 24 * HOUR_MS;
const AT_MOST_MS = 300;
const SERVICES = ['ingestion-api', 'aggregator-worker', 'alerts-worker', 'logic-worker'];

/** What is asked of an hour; each page has a hundred lines. */
const QUERIES: Readonly<Record<string, string>> = {
  all: '',
  'warnings or worse': '&level=warn',
  'a service': '&service=alerts-worker',
  'errors of a service': '&service=alerts-worker&level=error',
  'a device': `&device_id=${deviceName(7)}`,
  'a trace': `&trace_id=${'7'.padStart(32, '0')}`,
  'a text of many lines': '&text=windows',
  'a text of no line': '&text=nowhere',
};

export const logSearch: Bench = {
  name: 'log-search',
  about: 'search in the lines of a day, within an hour',
  cases: [],
  run: async ({ lab, settings, say }) => {
    const lines = sizeOf(settings, 1_000_000);
    const platform = await preparePlatform(lab);
    try {
      await platform.start('log-worker', 'dashboard-api');
      say(`storing ${lines} lines`);
      const end = Date.now();
      await fill(platform.db, lines, end);
      const client = new Pool(platform.service('dashboard-api').url, { connections: 1 });
      const rounds = settings.quick ? 10 : 60;
      const samples: Record<string, Sample[]> = {};
      for (let run = 0; run <= settings.runs; run++)
        for (const [name, filter] of Object.entries(QUERIES)) {
          const sample = await ask(client, filter, end, rounds);
          if (run === 0) continue;
          (samples[name] ??= []).push(sample);
          say(`${name}, run ${run} of ${settings.runs}: ${sampleText(sample)}`);
        }
      await client.close();
      const cases = Object.entries(samples).map(([name, runs]) => ({
        name,
        figures: figuresOf(runs, { p99_ms: AT_MOST_MS }),
      }));
      return { settings: { lines, runs: settings.runs }, cases };
    } finally {
      await platform.stop();
    }
  },
};

/** Stores lines as the log worker does, the newest at `end`. */
async function fill(db: Db, lines: number, end: number): Promise<void> {
  const stored_at = new Date(end);
  const line = (n: number) => {
    const level = n % 1000 === 0 ? 'error' : n % 50 === 0 ? 'warn' : 'info';
    const severity_number = { error: 17, warn: 13, info: 9 }[level];
    return {
      _id: `bench-${n.toString(36).padStart(8, '0')}/0`,
      timestamp: new Date(end - SPAN_MS + Math.floor((n / lines) * SPAN_MS)),
      stored_at,
      service: SERVICES[n % SERVICES.length],
      level,
      severity_number,
      severe: severity_number > 9,
      body: n % 3 === 0 ? `rows of larger windows wait for ${n}` : `partition ${n % 12} assigned`,
      trace_id: String(n % 5000).padStart(32, '0'),
      device_id: deviceName(n % 1000),
      attributes: JSON.stringify({ topic: 'telemetry.raw', partition: n % 12, offset: String(n) }),
    };
  };
  await loadDocuments(db.collection<ReturnType<typeof line>>('logs'), lines, line);
}

/** Asks for pages of hours that begin at different times. @returns milliseconds */
async function ask(client: Pool, filter: string, end: number, rounds: number): Promise<Sample> {
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const from = end - HOUR_MS - Math.floor((i / rounds) * (SPAN_MS - HOUR_MS));
    const path = `/logs?from=${from}&to=${from + HOUR_MS}&limit=100${filter}`;
    const began = performance.now();
    const { statusCode, body } = await client.request({ method: 'GET', path });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`GET ${path} answered ${statusCode}: ${text}`);
    times.push(performance.now() - began);
  }
  return { p50_ms: percentile(times, 0.5), p99_ms: percentile(times, 0.99) };
}
