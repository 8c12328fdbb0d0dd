import type { Collection } from 'mongodb';
import type { RawDocument } from '@iot/mongo';
import { deviceName } from '../core/backlog-plan.js';
import { figuresOf, type CaseResult } from '../core/results.js';
import { sampleText, sizeOf, type Bench } from '../run/bench.js';
import { interleave, type Sample } from '../run/interleave.js';
import { loadDocuments } from '../run/load-documents.js';
import { preparePlatform } from '../run/platform.js';
import { cpuSeconds, residentMb } from '../run/process-cost.js';

const DEVICES = 100;
const EVERY_MS = 5000;
const SENSOR = 'temperature_c';
const AT_MOST_US = 3;
/** Violated by one reading in a hundred, for one reading: some alerts, as a fleet has them. */
const RULE = {
  name: 'bench',
  enabled: true,
  severity: 'warning',
  selector: { device: '*', sensor: SENSOR },
  condition: { kind: 'above', bound: 98.5 },
};

export const backTest: Bench = {
  name: 'back-test',
  about: 'a rule tried on stored readings, beside the driver that reads the same of the database',
  cases: [],
  run: async ({ lab, settings, say }) => {
    const readings = sizeOf(settings, 1_000_000);
    const platform = await preparePlatform(lab);
    try {
      // The worker makes the indexes of what it stores.
      await platform.start('aggregator-worker', 'dashboard-api');
      say(`storing ${readings} readings`);
      const raw = platform.db.collection<RawDocument>('telemetry_raw');
      const to = Date.now();
      const from = to - (readings / DEVICES) * EVERY_MS;
      await loadDocuments(raw, readings, (n) => reading(n, from));
      const { url, process: service } = platform.service('dashboard-api');
      const tenth = to - (to - from) / 10;
      const samples = await interleave(
        [
          { name: 'driver alone', measure: () => read(raw, from, to) },
          { name: 'a tenth of the range', measure: () => tried(url, service.pid, tenth, to) },
          { name: 'the whole range', measure: () => tried(url, service.pid, from, to) },
        ],
        settings.runs,
        {
          warmUp: true,
          onSample: (name, run, sample) =>
            say(`${name}, run ${run} of ${settings.runs}: ${sampleText(sample)}`),
        },
      );
      const driver = samples.get('driver alone')!;
      const cases: CaseResult[] = [...samples].map(([name, runs]) => ({
        name,
        figures:
          name === 'driver alone'
            ? figuresOf(runs)
            : figuresOf(
                runs.map((run, i) => ({
                  ...run,
                  added_us: run['cpu_us']! - driver[i]!['cpu_us']!,
                })),
                // A short range is mostly the steps from device to device.
                name === 'the whole range' ? { added_us: AT_MOST_US } : {},
              ),
      }));
      return { settings: { readings, devices: DEVICES, runs: settings.runs }, cases };
    } finally {
      await platform.stop();
    }
  },
};

/** Devices take turns; the values of each run from 0 to 99. */
function reading(n: number, from: number): RawDocument {
  const device_id = deviceName(n % DEVICES);
  const turn = Math.floor(n / DEVICES);
  const ts = new Date(from + turn * EVERY_MS);
  const event_id = `e-${n}`;
  return {
    _id: `${device_id}/${event_id}`,
    event_id,
    device_id,
    ts,
    received_at: new Date(ts.getTime() + 40),
    [SENSOR]: turn % 100,
    source: `telemetry.raw/0/${n}`,
  };
}

/** What the driver takes in this process for the same readings. */
async function read(raw: Collection<RawDocument>, from: number, to: number): Promise<Sample> {
  const before = process.cpuUsage();
  let count = 0;
  for (let device = 0; device < DEVICES; device++) {
    const range = {
      device_id: deviceName(device),
      ts: { $gte: new Date(from), $lt: new Date(to) },
    };
    const projection = { _id: 1, event_id: 1, ts: 1, received_at: 1, source: 1, [SENSOR]: 1 };
    const cursor = raw.find(range, { batchSize: 5000, projection }).sort({ received_at: 1 });
    for await (const _ of cursor) count++;
  }
  const { user, system } = process.cpuUsage(before);
  return { cpu_us: (user + system) / count };
}

/** @throws when the answer is not whole */
async function tried(url: string, pid: number, from: number, to: number): Promise<Sample> {
  const before = cpuSeconds(pid);
  const response = await fetch(`${url}/alert-rules/back-test`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rule: RULE, from, to }),
  });
  const last = (await response.text()).trimEnd().split('\n').at(-1)!;
  const { type, readings } = JSON.parse(last) as { type?: string; readings?: number };
  if (type !== 'summary' || !readings) throw new Error(`the back-test answered ${last}`);
  return {
    cpu_us: ((cpuSeconds(pid) - before) * 1e6) / readings,
    rss_mb: residentMb(pid),
  };
}
