import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceHandle } from '@iot/local-stack';
import { credentialsTopic, encodeCredential, newKey } from '@iot/credentials';
import { ensureTopics } from '@iot/kafka';
import { figuresOf, type CaseResult } from '../core/results.js';
import { round } from '../ingestion/cost.js';
import { HttpConnection } from '../ingestion/http-driver.js';
import { startIngestion } from '../ingestion/servers.js';
import { WORKLOADS, type Workload } from '../ingestion/workloads.js';
import { chosen, sampleText, type Bench, type BenchContext } from '../run/bench.js';
import type { Sample } from '../run/interleave.js';
import type { Lab } from '../run/lab.js';

const TOPIC = 'bench.checked-credentials';
/** The most that the check of a key may add to a reading, in µs of CPU. */
const AT_MOST: Readonly<Record<string, number>> = { 'single POST': 2, 'batch of 100': 0.1 };
const CHECKED = WORKLOADS.filter(({ name }) => name in AT_MOST);
const KEY_KNOWN_MS = 10_000;

export const keyCheck: Bench = {
  name: 'key-check',
  about: 'what the check of a device key adds to a reading: AUTH on beside AUTH off',
  cases: CHECKED.map(({ name }) => name),
  run: async (context) => {
    const { lab, settings } = context;
    await lab.createTopic('bench.checked');
    const key = await storedKey(lab);
    const names = chosen(keyCheck.cases, settings);
    const cases: CaseResult[] = [];
    for (const workload of CHECKED.filter(({ name }) => names.includes(name)))
      cases.push(...(await measure(context, workload, key)));
    await lab.deleteTopics('bench.checked');
    return { settings: { runs: settings.runs }, cases };
  },
};

/** A key for all devices of the workloads. */
async function storedKey(lab: Lab): Promise<string> {
  await ensureTopics(lab.admin, [credentialsTopic(TOPIC, 1)]);
  const { id, record, secret } = newKey({ name: 'bench', scope: 'device-*' }, Date.now());
  const producer = lab.client.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  await producer.send({
    topic: TOPIC,
    messages: [{ key: id, value: encodeCredential(record) }],
    acks: -1,
  });
  await producer.disconnect();
  return secret;
}

async function measure(
  { lab, settings, say }: BenchContext,
  workload: Workload,
  key: string,
): Promise<CaseResult[]> {
  const scaled = { ...workload, requests: workload.requests / (settings.quick ? 10 : 1) };
  const [off, on] = await Promise.all([
    startIngestion(lab, 'bench.checked', { AUTH: 'off' }),
    startIngestion(lab, 'bench.checked', { AUTH: 'on', CREDENTIALS_TOPIC: TOPIC }),
  ]);
  try {
    const requests = workload.prepared(Date.now());
    const withKey = requests.map((request) => authorized(request, key));
    await accepted(on, withKey[0]!);
    const samples: Sample[] = [];
    for (let run = 0; run <= settings.runs; run++) {
      // Off, on, on, off: what a machine does more and more of meets both alike.
      const first = await round(off, requests, scaled);
      const second = await round(on, withKey, scaled);
      const third = await round(on, withKey, scaled);
      const fourth = await round(off, requests, scaled);
      const cpu = mean(second, third);
      const sample = { warm_cpu_us: cpu, added_us: cpu - mean(first, fourth) };
      if (run === 0) continue;
      samples.push(sample);
      say(`${workload.name}, run ${run} of ${settings.runs}: ${sampleText(sample)}`);
    }
    const targets = { added_us: AT_MOST[workload.name]! };
    return [{ name: workload.name, figures: figuresOf(samples, targets) }];
  } finally {
    await Promise.all([off.stop(), on.stop()]);
  }
}

const mean = (...of: readonly Sample[]): number =>
  of.reduce((sum, sample) => sum + sample['warm_cpu_us']!, 0) / of.length;

/** The request with the header of its key. */
function authorized(request: Buffer, key: string): Buffer {
  const end = request.indexOf('\r\n') + 2;
  const header = Buffer.from(`Authorization: Bearer ${key}\r\n`);
  return Buffer.concat([request.subarray(0, end), header, request.subarray(end)]);
}

/** @throws when the key is not taken */
async function accepted({ port }: ServiceHandle, request: Buffer): Promise<void> {
  for (const end = Date.now() + KEY_KNOWN_MS; ; await delay(100)) {
    const connection = new HttpConnection(port);
    const status = await connection.send(request);
    connection.close();
    if (status === 202) return;
    if (Date.now() > end) throw new Error(`the key was answered ${status}`);
  }
}
