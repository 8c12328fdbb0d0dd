import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { consumersOf } from '@iot/register';
import { findFrontDoor, startFrontDoor, type FrontDoorHandle } from '@iot/local-stack';
import { committed } from '../backlog/drain.js';
import { figuresOf, type CaseResult } from '../core/results.js';
import { HttpConnection, postRequest } from '../ingestion/http-driver.js';
import { chosen, sampleText, type Bench, type BenchContext } from '../run/bench.js';
import { groupOf, preparePlatform, type Platform } from '../run/platform.js';
import { Replicas } from './replicas.js';
import { ACCEPTED, Tally } from './tally.js';

const CLIENTS = 540;
const DEVICES = 1000;
const WORKERS = consumersOf('TELEMETRY_TOPIC').map(({ name }) => name);
const HANDLED_WITHIN_MS = 300_000;
const UNLIMITED = 1_000_000;
/** In which 540 clients connect at once, each with a TLS handshake: no time of it counts. */
const CONNECTING_MS = 10_000;

interface Case {
  readonly name: string;
  /** With `quick`: a tenth. */
  readonly seconds: number;
  /** In which part of {@link KILL_EACH_MS} one process of each service is killed; undefined: none. */
  readonly killsWithin?: number;
  /** Each client sends as soon as it is answered; otherwise one a second. */
  readonly saturated?: boolean;
  readonly targets: Readonly<Record<string, number>>;
}
const CASES: readonly Case[] = [
  { name: 'nothing dies', seconds: 120, targets: { lost: 0, p99_ms: 250 } },
  { name: 'deaths', seconds: 600, killsWithin: 1, targets: { lost: 0, answered_202: 99.9 } },
  {
    name: 'deaths at once',
    seconds: 600,
    killsWithin: 0,
    targets: { lost: 0, answered_202: 99.9 },
  },
  {
    name: 'as fast as answered',
    seconds: 60,
    saturated: true,
    targets: { lost: 0 },
  },
];
const KILL_EACH_MS = 30_000;
const QUICK_KILL_EACH_MS = 12_000;

/** The load that the platform was asked to bear. */
export const askedLoad: Bench = {
  name: 'asked-load',
  about:
    '540 clients through the front door, two processes of each service, one of each killed each 30 s',
  cases: CASES.map(({ name }) => name),
  apart: true,
  run: async (context) => {
    const { lab, settings, say } = context;
    const kind = process.env['TRAEFIK'] ? 'traefik' : 'haproxy';
    if (!findFrontDoor(kind)) throw new Error('install haproxy, or name a Traefik by TRAEFIK');
    const platform = await preparePlatform(lab);
    let replicas: Replicas | undefined;
    let door: FrontDoorHandle | undefined;
    try {
      replicas = await Replicas.start(lab, platform);
      door = await startFrontDoor({
        kind,
        dataDir: join(lab.folder, 'front-door'),
        ingestion: replicas.ports('ingestion-api'),
        dashboard: replicas.ports('dashboard-api'),
        rate: UNLIMITED,
        loginRate: UNLIMITED,
      });
      const names = chosen(
        CASES.map(({ name }) => name),
        settings,
      );
      const cases: CaseResult[] = [];
      for (const it of CASES.filter(({ name }) => names.includes(name)))
        cases.push(await measure(it, context, platform, replicas, door));
      const killed = replicas.kills;
      say(`${killed} processes were killed`);
      return { settings: { clients: CLIENTS, 'front door': kind, killed }, cases };
    } finally {
      await replicas?.stop();
      await door?.stop();
      await platform.stop();
    }
  },
};

/** Names of events, of all cases: what was sent is told from what others sent. */
let sentBefore = 0;

async function measure(
  { name, killsWithin, saturated = false, targets, ...it }: Case,
  context: BenchContext,
  platform: Platform,
  replicas: Replicas,
  door: FrontDoorHandle,
): Promise<CaseResult> {
  const { settings, say } = context;
  const seconds = settings.quick ? it.seconds / 10 : it.seconds;
  const perSecond = settings.rate ?? CLIENTS;
  const tally = new Tally();
  const first = sentBefore;
  const request = (n: number): Buffer => {
    sentBefore = Math.max(sentBefore, first + n + 1);
    const reading = {
      device_id: `device-${String(n % DEVICES).padStart(4, '0')}`,
      event_id: `asked-${first + n}`,
      temperature_c: 20 + (n % 100) / 10,
      humidity: 40 + (n % 300) / 10,
    };
    return postRequest('/ingest', 'application/json', Buffer.from(JSON.stringify(reading)));
  };
  say(`${name}: ${seconds} s`);
  const each = settings.quick ? QUICK_KILL_EACH_MS : KILL_EACH_MS;
  const killer =
    killsWithin === undefined
      ? undefined
      : setInterval(() => replicas.killOneOfEach(killsWithin * each), each);
  try {
    const periodMs = saturated ? undefined : (CLIENTS * 1000) / perSecond;
    await clients(door, seconds, periodMs, request, tally);
  } finally {
    clearInterval(killer);
  }
  await replicas.settled();
  await handled(context, platform);
  const lost = await lostOf(platform, new Set(tally.acknowledged.map((n) => `asked-${first + n}`)));
  const sample = { ...tally.sample(seconds), lost };
  say(`${name}: ${sampleText(sample)}; other answers ${JSON.stringify(tally.others)}`);
  return { name, figures: figuresOf([sample], targets) };
}

/**
 * Each client keeps a connection, and sends one reading after the other: the next when the last is
 * answered, and where there is a period at its own moment of each.
 *
 * @param periodMs undefined: as soon as it is answered
 */
async function clients(
  { port, ca }: FrontDoorHandle,
  seconds: number,
  periodMs: number | undefined,
  request: (n: number) => Buffer,
  tally: Tally,
): Promise<void> {
  const began = performance.now();
  const countsFrom = began + CONNECTING_MS;
  const until = countsFrom + seconds * 1000;
  let next = 0;
  const client = async (i: number): Promise<void> => {
    let connection = new HttpConnection(port, ca);
    for (let k = 0; ; k++) {
      const now = performance.now();
      const due = periodMs === undefined ? now : began + (k + i / CLIENTS) * periodMs;
      if (Math.max(now, due) >= until) break;
      if (due > now) await delay(due - now);
      if (!connection.open) connection = new HttpConnection(port, ca);
      const n = next++;
      const status = await connection.send(request(n)).catch(() => 0);
      tally.add(n, status, due < countsFrom ? undefined : performance.now() - due);
      if (status === ACCEPTED) continue;
      // As devices do, which only know that they have no answer.
      connection.close();
      connection = new HttpConnection(port, ca);
      tally.addAgain(n, await connection.send(request(n)).catch(() => 0));
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, i) => client(i)));
}

/** Waits until the workers have committed all that is in the topic. */
async function handled({ lab }: BenchContext, platform: Platform): Promise<void> {
  const total = await lab.records(platform.topic);
  for (const until = performance.now() + HANDLED_WITHIN_MS; performance.now() < until;) {
    const done = await Promise.all(
      WORKERS.map((worker) => committed(lab, platform.topic, groupOf(platform, worker))),
    );
    if (done.every((count) => count >= total)) return;
    await delay(250);
  }
  throw new Error(`the workers did not handle ${total} events`);
}

/**
 * How many acknowledged events are not stored. @throws when rows count another number of events than
 * there are
 */
async function lostOf({ db }: Platform, acknowledged: Set<string>): Promise<number> {
  const raw = db.collection<{ event_id: string }>('telemetry_raw');
  const stored = raw.find({}, { projection: { _id: 0, event_id: 1 }, batchSize: 10_000 });
  let events = 0;
  for await (const { event_id } of stored) {
    acknowledged.delete(event_id);
    events++;
  }
  const [rows] = await db
    .collection('aggregated_data')
    .aggregate<{ count: number }>([
      { $match: { sensor_type: 'temperature_c', window: '1m' } },
      { $group: { _id: null, count: { $sum: '$count' } } },
    ])
    .toArray();
  if ((rows?.count ?? 0) !== events)
    throw new Error(`${events} events are stored, and rows count ${rows?.count}`);
  return acknowledged.size;
}
