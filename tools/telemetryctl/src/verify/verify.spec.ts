import fc from 'fast-check';
import {
  addValue,
  emptyAggregate,
  firstFacts,
  parseWindows,
  windowStart,
  type Aggregate,
} from '@iot/rollup';
import { BUILT_IN_SENSORS, SensorCatalogue } from '@iot/telemetry';
import type { OffsetGap } from '@iot/kafka';
import type { Kind } from './discrepancies.js';
import { derivedId } from './event.js';
import type { Committed, Snapshot } from './snapshot.js';
import type { Sources } from './sources.js';
import type { VerifyOptions } from './options.js';
import { rowFault } from './row-fold.js';
import { verifyFrom, type Rules, type Verdict } from './verify.js';

const NOW = Date.UTC(2026, 0, 31, 12);
const START = NOW - 6 * 3_600_000;
const TOPIC = 'telemetry.raw';
const DLQ = 'telemetry.dlq';
const RETRY = 'telemetry.raw.aggregator-worker.retry.1';
const PARTITIONS = 2;
const settings = {
  TELEMETRY_TOPIC: TOPIC,
  DLQ_TOPIC: DLQ,
  MAX_FUTURE_SKEW_MS: 300_000,
  ALERT_CRITICAL_MARGIN: 0.1,
  catalogue: new SensorCatalogue(BUILT_IN_SENSORS),
  windows: parseWindows(['1m', '1h', '1d']),
  rawRetentionMs: 30 * 86_400_000,
};
const complete = new Set(settings.windows.map(({ label }) => label));
const rules: Rules = {
  ...settings,
  facts: firstFacts(
    { ...settings, rollupRetentionMs: {} },
    { complete, rawRetentionMs: Infinity, rawKeptSince: -Infinity },
  ),
};
const options = { maxDiscrepancies: 100, sliceRows: 20, lookAgainMs: 1, lookAgainPendingMs: 2 };

/** A document or a body; what is in it differs from field to field. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Doc = Record<string, any>;
interface Message {
  offset: string;
  key: Buffer | null;
  value: Buffer | null;
  timestamp: string;
  headers: Record<string, string>;
}
type Fate = 'stored' | 'retry' | 'dead' | 'bad';
interface Step {
  device: number;
  temperature: number;
  humidity: number | undefined;
  second: number;
  fate: Fate;
  /** Sends the reading of an earlier step again. */
  repeat: number | undefined;
  /** Whether an older version stores it, under its bare id. */
  bare: boolean;
  /** Offset left out before it, as an aborted transaction does. */
  gap: boolean;
}

/** A reading that was stored as it should be. */
const PLAIN: Step = {
  device: 0,
  temperature: 20,
  humidity: undefined,
  second: 5,
  fate: 'stored',
  repeat: undefined,
  bare: false,
  gap: false,
};

const step: fc.Arbitrary<Step> = fc.record({
  device: fc.nat(4),
  temperature: fc.constantFrom(-30, -10, 0, 20.1, 50, 50.5, 70),
  humidity: fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined }),
  second: fc.nat(8000),
  fate: fc.constantFrom<Fate>('stored', 'stored', 'stored', 'stored', 'retry', 'dead', 'bad'),
  repeat: fc.option(fc.nat(20), { nil: undefined, freq: 4 }),
  bare: fc.boolean(),
  gap: fc.boolean(),
});

/** A log, and the database that faultless workers made of it. */
class World {
  readonly log: Message[][] = [[], []];
  readonly topics: Record<string, Message[]> = { [DLQ]: [], [RETRY]: [] };
  raw: Doc[] = [];
  rows: Doc[] = [];
  alerts: Doc[] = [];
  devices: Doc[] = [];
  /** A part of the log that does not come. */
  hole: OffsetGap | undefined;
  compacted = false;
  handled: number[];

  /** @param handled part of each partition that the groups have handled */
  constructor(steps: readonly Step[], handled: readonly number[] = [1, 1]) {
    const written: { step: Step; body: Doc; partition: number; offset: number }[] = [];
    const next = [0, 0];
    steps.forEach((given, i) => {
      const origin = given.repeat === undefined ? undefined : written[given.repeat];
      const device = origin ? origin.step.device : given.device;
      const body = origin?.body ?? {
        // Counters, as devices have them: the same ids in each.
        event_id: `e${written.filter(({ body: { device_id } }) => device_id === `device-${device}`).length}`,
        device_id: `device-${device}`,
        ts: START + given.second * 1000,
        temperature_c: given.temperature,
        ...(given.humidity === undefined ? {} : { humidity: given.humidity }),
      };
      const partition = device % PARTITIONS;
      if (given.gap) next[partition]!++;
      const offset = next[partition]!++;
      const value = Buffer.from(given.fate === 'bad' ? '{"device_id":' : JSON.stringify(body));
      const at = {
        offset: String(offset),
        key: Buffer.from(body['device_id'] as string),
        timestamp: String(START + 9_000_000 + i),
        headers: {},
      };
      this.log[partition]!.push({ ...at, value });
      written.push({ step: { ...given, device }, body, partition, offset });
    });
    this.handled = handled.map((part, partition) => Math.floor(part * (next[partition]! + 1)));
    for (const { step: given, body, partition, offset } of written) {
      if (offset >= this.handled[partition]!) continue;
      const message = this.log[partition]!.find(
        (candidate) => candidate.offset === String(offset),
      )!;
      if (given.fate === 'stored') this.store(body, message, partition, given.bare);
      else
        this.setAside(
          given.fate === 'retry' ? RETRY : DLQ,
          message,
          partition,
          'aggregator-worker',
        );
      if (given.fate === 'bad') this.setAside(DLQ, message, partition, 'alerts-worker');
    }
    this.refold();
    this.raise(
      written
        .filter(
          ({ step: { fate }, partition, offset }) =>
            fate !== 'bad' && offset < this.handled[partition]!,
        )
        .map(({ body }) => body),
    );
  }

  /** Rows and devices as the raw events say. */
  refold(): void {
    this.devices = devicesOf(this.raw);
    const rows = new Map<string, { doc: Doc; fold: Aggregate }>();
    for (const event of this.raw)
      for (const sensor of ['temperature_c', 'humidity'].filter(
        (name) => typeof event[name] === 'number',
      ))
        for (const { label, ms } of rules.windows) {
          const start = windowStart((event['ts'] as Date).getTime(), ms);
          const _id = `${event['device_id']}|${sensor}|${label}|${start}`;
          if (!rows.has(_id)) {
            const doc = {
              _id,
              device_id: event['device_id'],
              sensor_type: sensor,
              window: label,
              timestamp: new Date(start),
              version: 1,
            };
            rows.set(_id, { doc, fold: emptyAggregate() });
          }
          addValue(rows.get(_id)!.fold, event[sensor] as number);
        }
    this.rows = [...rows.values()].map(({ doc, fold }) => ({
      ...doc,
      ...fold,
      average: fold.sum / fold.count,
    }));
  }

  private store(body: Doc, { timestamp, offset }: Message, partition: number, bare: boolean): void {
    const { event_id, ts, ...rest } = body;
    const _id = `${rest['device_id']}/${event_id}`;
    const isIt = (document: Doc): boolean =>
      document['_id'] === event_id && document['device_id'] === rest['device_id'];
    if (this.raw.some((document) => document['_id'] === _id || isIt(document))) return;
    const ids =
      bare && !this.raw.some((document) => document['_id'] === event_id)
        ? { _id: event_id }
        : { _id, event_id };
    const source = `${TOPIC}/${partition}/${offset}`;
    this.raw.push({
      ...ids,
      ...rest,
      ts: new Date(ts as number),
      received_at: new Date(Number(timestamp)),
      source,
    });
  }

  private setAside(topic: string, message: Message, partition: number, group: string): void {
    const from = { topic: TOPIC, partition: String(partition), offset: message.offset, group };
    const headers = Object.fromEntries(
      Object.entries(from).map(([name, value]) => [`__dlq.errors.${name}`, value]),
    );
    this.topics[topic]!.push({ ...message, offset: String(this.topics[topic]!.length), headers });
  }

  /**
   * By runs of violations in the readings that are newer than all before them: not the way in which
   * verify goes about it.
   */
  private raise(bodies: readonly Doc[]): void {
    const series = Map.groupBy(
      bodies.flatMap((body) =>
        ['temperature_c', 'humidity']
          .filter((sensor) => sensor in body)
          .map((sensor) => ({ body, sensor })),
      ),
      ({ body, sensor }) => `${body['device_id']}|${sensor}`,
    );
    for (const [name, readings] of series) {
      const { min, max } = rules.catalogue.byName.get(readings[0]!.sensor)! as {
        min: number;
        max: number;
      };
      const newest = readings.map(({ body, sensor }) => ({
        ts: body['ts'] as number,
        value: body[sensor] as number,
      }));
      const ordered = newest.filter(({ ts }, i) =>
        newest.slice(0, i).every((before) => before.ts < ts),
      );
      for (const [type, threshold, over] of [
        ['above_max', max, (value: number) => value - max],
        ['below_min', min, (value: number) => min - value],
      ] as const)
        for (let i = 0; i < ordered.length; i++) {
          if (over(ordered[i]!.value) <= 0 || (i > 0 && over(ordered[i - 1]!.value) > 0)) continue;
          const end = ordered.findIndex(({ value }, j) => j > i && over(value) <= 0);
          const run = ordered.slice(i, end < 0 ? ordered.length : end);
          const [device_id, sensor_type] = name.split('|');
          this.alerts.push({
            _id: `${name}|${type}|${run[0]!.ts}`,
            ...{
              device_id,
              sensor_type,
              alert_type: type,
              threshold,
              value: run[0]!.value,
              timestamp: new Date(run[0]!.ts),
            },
            severity: run.some(({ value }) => over(value) > 0.1 * (max - min))
              ? 'critical'
              : 'warning',
            ...{
              status: end < 0 ? 'active' : 'resolved',
              resolved_at: end < 0 ? null : new Date(ordered[end]!.ts),
            },
            ...{
              occurrences: run.length,
              last_value: run.at(-1)!.value,
              last_seen: new Date(run.at(-1)!.ts),
            },
          });
        }
    }
  }

  verify(more: Partial<VerifyOptions> = {}, other: Partial<Rules> = {}): Promise<Verdict> {
    const ends = this.log.map((messages) => Number(messages.at(-1)?.offset ?? -1) + 1);
    const ranges = ends.map((end, partition) => ({ partition, low: 0, end }));
    const committed: Committed = new Map(
      this.handled.map((offset, partition) => [partition, offset]),
    );
    const snapshot: Snapshot = {
      topics: [TOPIC, DLQ, RETRY],
      ranges,
      aggregator: {
        group: 'aggregator-worker',
        members: 1,
        committed,
        retry: new Map([[RETRY, new Map([[0, 0]])]]),
      },
      alerts: { group: 'alerts-worker', members: 1, committed, retry: new Map() },
    };
    const sources: Sources = {
      mongo: {
        raw: collection(this.raw),
        rollups: collection(this.rows),
        alerts: collection(this.alerts),
        devices: collection(this.devices),
      } as never,
      ranges: () => Promise.resolve(ranges),
      isCompacted: () => Promise.resolve(this.compacted),
      read: async (topic, onBatch, { from, onGap } = {}) => {
        if (topic === TOPIC && this.hole) onGap?.(this.hole);
        const partitions = topic === TOPIC ? this.log : [this.topics[topic]!];
        for (const [partition, messages] of partitions.entries()) {
          const rest = messages.filter(
            ({ offset }) => Number(offset) >= (from?.get(partition) ?? 0),
          );
          for (let i = 0; i < rest.length; i += 3)
            await onBatch({
              partition,
              messages: rest.slice(i, i + 3) as never,
              byTheLibrary: true,
            });
        }
        return new Map(ends.entries());
      },
    };
    const given = { ...rules, ...other };
    return verifyFrom(snapshot, sources, given, { ...options, ...more }, () => undefined, NOW);
  }
}

/** Written otherwise than verify does it: each device by itself, its events in order. */
function devicesOf(raw: readonly Doc[]): Doc[] {
  return [...Map.groupBy(raw, ({ device_id }) => device_id as string)].map(([_id, events]) => {
    const ordered = events.toSorted((a, b) => plain(a['ts']) - plain(b['ts']));
    const latest: Doc = {};
    for (const event of ordered)
      for (const sensor of ['temperature_c', 'humidity'])
        if (typeof event[sensor] === 'number')
          latest[sensor] = { value: event[sensor], ts: event['ts'] };
    return {
      _id,
      first_seen: ordered[0]!['ts'],
      last_seen: ordered.at(-1)!['ts'],
      latest,
      version: 1,
    };
  });
}

/** For comparisons: a time as a number. */
const plain = (value: unknown): number =>
  (value instanceof Date ? value.getTime() : value) as number;

function satisfies(document: Doc, filter: Doc): boolean {
  return Object.entries(filter).every(([field, wanted]) => {
    if (field === '$or') return (wanted as Doc[]).some((one) => satisfies(document, one));
    const value = plain(document[field]);
    if (typeof wanted !== 'object') return value === wanted;
    return Object.entries(wanted as Doc).every(([operator, operand]) => {
      if (operator === '$in') return (operand as unknown[]).includes(value);
      if (operator === '$gte') return value >= plain(operand);
      if (operator === '$gt') return value > plain(operand);
      return operator === '$lt' && value < plain(operand);
    });
  });
}

/** As much of a collection as verify uses. */
const collection = (documents: Doc[]) => ({
  find: (filter: Doc) =>
    cursorOf(structuredClone(documents.filter((document) => satisfies(document, filter)))),
  estimatedDocumentCount: () => Promise.resolve(documents.length),
  countDocuments: (filter: Doc, { limit }: { limit: number }) =>
    Promise.resolve(
      Math.min(limit, documents.filter((document) => satisfies(document, filter)).length),
    ),
});

/** Documents as a cursor gives them, in the ascending order of a field where that is asked for. */
const cursorOf = (found: Doc[]): object =>
  Object.assign(found.values(), {
    sort: (by: Doc) => {
      const [field] = Object.keys(by) as [string];
      return cursorOf(found.toSorted((a, b) => (plain(a[field]) < plain(b[field]) ? -1 : 1)));
    },
    limit: (count: number) => cursorOf(found.slice(0, count)),
    toArray: () => Promise.resolve(found),
  });

const kindsOf = ({ discrepancies }: Verdict): Kind[] => [...discrepancies.counts.keys()];
const steps = fc.array(step, { minLength: 1, maxLength: 60 });

describe('verify', () => {
  it('accounts for everything that faultless workers made of any log', async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (given, one, other) => {
          const world = new World(given, [one, other]);
          const verdict = await world.verify();
          expect(verdict.discrepancies.shown).toEqual([]);
          const { records, missing, ...fates } = verdict.ledger;
          expect(records).toBe(given.length);
          expect(missing).toBe(0);
          expect(Object.values(fates).reduce((sum, count) => sum + count, 0)).toBe(given.length);
          expect(verdict.ledger.stored).toBe(world.raw.length);
        },
      ),
      { numRuns: 300 },
    );
  });

  /**
   * Each plants one fault, chosen by `n`, and names what must be found; undefined: this world has
   * no place for it.
   */
  const faults: Record<string, (world: World, n: number) => Kind[] | undefined> = {
    'an event that is gone': (world, n) => {
      if (world.raw.length === 0) return undefined;
      world.raw.splice(n % world.raw.length, 1);
      world.refold();
      return ['missing_event'];
    },
    'an event with another value': (world, n) => {
      const event = world.raw[n % world.raw.length];
      if (!event) return undefined;
      event['temperature_c'] += 0.001;
      world.refold();
      return ['wrong_event'];
    },
    'an event of another time': (world, n) => {
      const event = world.raw[n % world.raw.length];
      if (!event) return undefined;
      event['ts'] = new Date((event['ts'] as Date).getTime() + 1);
      world.refold();
      return ['wrong_event'];
    },
    'a record stored under two ids': (world, n) => {
      const event = world.raw[n % world.raw.length];
      if (!event) return undefined;
      world.raw.push({ ...event, _id: 'twin' });
      world.refold();
      return ['doubled_event'];
    },
    'an event under another id than its own': (world, n) =>
      changed(
        world.raw.filter(({ event_id }) => event_id !== undefined)[n % world.raw.length],
        (event) => (event['_id'] = `another/${event['event_id']}`),
        'wrong_event',
      ),
    'an event stored under its id and by an older version too': (world, n) => {
      const event = world.raw.filter(({ event_id }) => event_id !== undefined)[
        n % world.raw.length
      ];
      if (!event || world.raw.some(({ _id }) => _id === event['event_id'])) return undefined;
      const { event_id, ...rest } = event;
      world.raw.push({ ...rest, _id: event_id, source: `${TOPIC}/9/9` });
      world.refold();
      return ['doubled_event'];
    },
    'an event without a record': (world) => {
      world.raw.push({
        _id: 'stray',
        device_id: 'device-0',
        ts: new Date(START),
        received_at: new Date(START),
        temperature_c: 1,
        source: 'elsewhere',
      });
      world.refold();
      return ['extra_event'];
    },
    'an event from a hole in the log': (world) => {
      const [first] = world.log[0]!;
      if (!first || first.offset === '0') return undefined;
      world.raw.push({
        _id: 'stray',
        device_id: 'device-0',
        ts: new Date(START),
        received_at: new Date(START),
        humidity: 1,
        source: `${TOPIC}/0/0`,
      });
      world.refold();
      return ['extra_event'];
    },
    'a row that is gone': (world, n) =>
      world.rows.splice(n % (world.rows.length || 1), 1).length > 0 ? ['missing_row'] : undefined,
    'a row without events': (world) => {
      const _id = `ghost|humidity|1m|${START}`;
      world.rows.push({
        _id,
        device_id: 'ghost',
        sensor_type: 'humidity',
        window: '1m',
        timestamp: new Date(START),
        count: 1,
        sum: 1,
        min: 1,
        max: 1,
        average: 1,
        version: 1,
      });
      return ['extra_row'];
    },
    'a doubled row': (world, n) =>
      changed(
        world.rows[n % world.rows.length],
        (row) => ((row['count'] *= 2), (row['sum'] *= 2)),
        'wrong_row',
      ),
    'a wrong sum': (world, n) =>
      changed(
        world.rows[n % world.rows.length],
        (row) => (row['sum'] += 1e-6 * (1 + Math.abs(row['sum']))),
        'wrong_row',
      ),
    'a wrong minimum': (world, n) =>
      changed(
        world.rows[n % world.rows.length],
        (row) => (row['min'] -= 1e-9 * (1 + Math.abs(row['min']))),
        'wrong_row',
      ),
    'a wrong maximum': (world, n) =>
      changed(world.rows[n % world.rows.length], (row) => (row['max'] += 1), 'wrong_row'),
    'a wrong average': (world, n) =>
      changed(world.rows[n % world.rows.length], (row) => (row['average'] += 0.5), 'wrong_row'),
    'a row under another id': (world, n) =>
      changed(
        world.rows[n % world.rows.length],
        (row) => (row['_id'] += '0'),
        'wrong_row',
        'missing_row',
      ),
    'a device that is not there': (world, n) =>
      world.devices.splice(n % (world.devices.length || 1), 1).length > 0
        ? ['missing_device']
        : undefined,
    'a device without events': (world) => {
      const at = new Date(START);
      world.devices.push({
        _id: 'ghost',
        first_seen: at,
        last_seen: at,
        latest: { humidity: { value: 1, ts: at } },
        version: 1,
      });
      return ['extra_device'];
    },
    'a part of the log that does not come': (world) => {
      world.hole = { partition: 0, from: 3, to: 5 };
      return ['log_gap'];
    },
    'a false alert': (world) => {
      world.alerts.push({ ...ghostAlert });
      return ['extra_alert'];
    },
    'an alert that is gone': (world, n) =>
      world.alerts.splice(n % (world.alerts.length || 1), 1).length > 0
        ? ['missing_alert']
        : undefined,
    'an alert counted twice': (world, n) =>
      changed(
        world.alerts[n % world.alerts.length],
        (alert) => alert['occurrences']++,
        'wrong_alert',
      ),
    'an alert not resolved': (world, n) =>
      changed(
        world.alerts.filter(({ status }) => status === 'resolved')[n % world.alerts.length],
        (alert) => ((alert['status'] = 'active'), (alert['resolved_at'] = null)),
        'wrong_alert',
      ),
    'an alert of another severity': (world, n) =>
      changed(
        world.alerts[n % world.alerts.length],
        (alert) => (alert['severity'] = 'none'),
        'wrong_alert',
      ),
  };

  const deviceFaults: Record<string, (device: Doc) => unknown> = {
    'a device first heard later': (device) =>
      (device['first_seen'] = new Date(plain(device['first_seen']) + 1)),
    'a device first heard earlier': (device) =>
      (device['first_seen'] = new Date(plain(device['first_seen']) - 1)),
    'a device last heard earlier': (device) =>
      (device['last_seen'] = new Date(plain(device['last_seen']) - 1)),
    'a device last heard later': (device) =>
      (device['last_seen'] = new Date(plain(device['last_seen']) + 1)),
    'a latest value that is none': (device) =>
      device['latest']['temperature_c'] && (device['latest']['temperature_c'].value += 0.001),
    'a latest value of a later time': (device) => {
      const latest = device['latest']['temperature_c'];
      latest.ts = new Date(plain(latest.ts) + 1);
    },
    'a latest value of a copy': (device) =>
      (device['latest']['temperature_c'] = { value: 99, ts: new Date(START + 10_000_000) }),
    'a latest value of a sensor that it does not have': (device) =>
      (device['latest']['voltage'] = { value: 1, ts: new Date(START) }),
    'a latest value that is gone': (device) => delete device['latest']['temperature_c'],
  };
  for (const [name, plant] of Object.entries(deviceFaults))
    faults[name] = (world, n) =>
      changed(world.devices[n % world.devices.length], plant, 'wrong_device');

  const ghostAlert = {
    ...{
      _id: `device-9|humidity|above_max|${START}`,
      device_id: 'device-9',
      sensor_type: 'humidity',
      alert_type: 'above_max',
      value: 101,
    },
    ...{
      threshold: 100,
      timestamp: new Date(START),
      status: 'active',
      severity: 'warning',
      occurrences: 1,
    },
    ...{ last_value: 101, last_seen: new Date(START), resolved_at: null },
  };

  function changed(
    document: Doc | undefined,
    change: (document: Doc) => unknown,
    ...kinds: Kind[]
  ): Kind[] | undefined {
    if (!document) return undefined;
    change(document);
    return kinds;
  }

  it.each(Object.keys(faults))(
    'finds %s',
    async (name) => {
      let planted = 0;
      // Half of these wait a moment each, as a suspected row is looked at twice.
      for (const [seed, given] of fc.sample(steps, { seed: 7, numRuns: 12 }).entries()) {
        const world = new World(given);
        const kinds = faults[name]!(world, seed);
        if (!kinds) continue;
        planted++;
        expect(new Set(kindsOf(await world.verify()))).toEqual(new Set(kinds));
      }
      expect(planted).toBeGreaterThan(0);
    },
    30_000,
  );

  it('gives an hour’s row whose events are not committed the time that its write may take, and its minute’s row none', async () => {
    const planted = (window: string): World => {
      const given: Step = { ...PLAIN, temperature: 20.1 };
      const world = new World([given, { ...given, second: 6 }]);
      const row = world.rows.find((candidate) => candidate['window'] === window)!;
      const right = { ...row, version: 2 };
      Object.assign(row, { count: 1, sum: 20.1, average: 20.1 });
      setTimeout(() => Object.assign(row, right), 50);
      return world;
    };
    const options = { lookAgainMs: 10, lookAgainPendingMs: 200 };
    expect((await planted('1h').verify(options)).discrepancies.shown).toEqual([]);
    expect(kindsOf(await planted('1m').verify(options))).toEqual(['wrong_row']);
  });

  it('takes at its word what a device says of times whose events retention has removed, and gaps where compaction makes them', async () => {
    const world = new World([PLAIN]);
    const long = new Date(NOW - 31 * 86_400_000);
    world.devices[0]!['first_seen'] = long;
    world.devices[0]!['latest']['humidity'] = { value: 3, ts: long };
    world.devices.push({
      _id: 'silent',
      first_seen: long,
      last_seen: long,
      latest: { humidity: { value: 3, ts: long } },
      version: 9,
    });
    world.hole = { partition: 0, from: 0, to: 1 };
    world.compacted = true;
    expect((await world.verify()).discrepancies.shown).toEqual([]);
  });

  it('gives a device that is about to be written the time for it', async () => {
    const world = new World([PLAIN, { ...PLAIN, second: 6 }]);
    const [device] = world.devices;
    const right = { ...device!, version: 2 };
    device!['last_seen'] = new Date(START + 5000);
    setTimeout(() => Object.assign(device!, right), 30);
    expect((await world.verify({ lookAgainMs: 50 })).discrepancies.shown).toEqual([]);
  });

  it('holds an average to its own size, however many readings it is of', () => {
    const row = { count: 86_400, sum: 20 * 86_400, min: 19, max: 21, average: 20 };
    expect(rowFault({ ...row, average: 20 * (1 + 5e-10) }, row)).toBeUndefined();
    expect(rowFault({ ...row, average: 20.0017 }, row)).toBe('average is 20.0017, should be 20');
    expect(rowFault({ ...row, average: 20 * (1 + 5e-9) }, row)).toMatch(/^average/);
  });

  const withoutHumidity = new SensorCatalogue(
    BUILT_IN_SENSORS.filter(({ name }) => name !== 'humidity'),
  );

  it('accounts for everything that faultless workers made under other rules than it has', async () => {
    let others = 0;
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom<Partial<Rules>>(
          { catalogue: withoutHumidity },
          { rawRetentionMs: 5_000_000 },
          { rawRetentionMs: 5_000_000, catalogue: withoutHumidity },
        ),
        async (given, handled, narrower) => {
          const world = new World(given, [handled, 1]);
          const { discrepancies, ledger, otherRules } = await world.verify({}, narrower);
          expect(discrepancies.shown).toEqual([]);
          const { records, missing, ...fates } = ledger;
          expect(missing).toBe(0);
          expect(Object.values(fates).reduce((sum, count) => sum + count, 0)).toBe(records);
          expect(ledger.stored).toBe(world.raw.length);
          for (const count of otherRules.values()) others += count;
        },
      ),
      { numRuns: 300 },
    );
    expect(others).toBeGreaterThan(100);
  });

  /** A reading by an alias of a sensor that is not known here, without an id, sent three times. */
  const aliased = (): World => {
    const steps = [PLAIN, { ...PLAIN, repeat: 0 }, { ...PLAIN, repeat: 0 }];
    const world = new World(steps);
    const [document] = world.raw;
    for (const message of world.log[0]!)
      message.value = Buffer.from(
        JSON.stringify({ device_id: 'device-0', ts: START + 5000, temperature_c: 20, carbon: 7 }),
      );
    const values = { temperature_c: 20, co2: 7 };
    const event_id = derivedId({
      device: 'device-0',
      ts: START + 5000,
      receivedAt: 0,
      values: Object.entries(values),
    });
    Object.assign(document!, values, { event_id, _id: `device-0/${event_id}` });
    for (const device of world.devices)
      device['latest']['co2'] = { value: 7, ts: document!['ts'] as Date };
    return world;
  };

  /** Rows and devices have the sensor too. */
  const kindsOfEvents = (verdict: Verdict): Kind[] =>
    kindsOf(verdict).filter((kind) => kind.endsWith('_event'));

  it('finds what is stored by an alias of a sensor that it does not know, and duplicates of it', async () => {
    const verdict = await aliased().verify();
    expect(kindsOfEvents(verdict)).toEqual([]);
    expect(verdict.ledger).toMatchObject({ stored: 1, duplicate: 2, missing: 0 });
    expect(verdict.otherRules).toEqual(new Map([['SENSORS_FILE', 3]]));
  });

  it.each<[string, Kind, (world: World) => void]>([
    ['a known value', 'wrong_event', ({ raw }) => void (raw[0]!['temperature_c'] = 21)],
    ['an unknown value', 'wrong_event', ({ raw }) => void (raw[0]!['co2'] = 8)],
    ['the id', 'wrong_event', ({ raw }) => void (raw[0]!['event_id'] = 'x')],
    ['the document, as it is gone', 'missing_event', ({ raw }) => void raw.pop()],
    [
      'the record, which no rules take',
      'wrong_event',
      ({ log }) =>
        void (log[0]![0]!.value = Buffer.from('{"device_id":"device-0","ts":1,"carbon":"7"}')),
    ],
  ])('finds what differs from such a record in %s', async (_, kind, plant) => {
    const world = aliased();
    plant(world);
    expect(kindsOfEvents(await world.verify())).toContain(kind);
  });

  it('names duplicates that say something else, as no discrepancy, and expects no alert of them', async () => {
    const given: Step = { ...PLAIN, humidity: 40 };
    const world = new World([given, { ...given, repeat: 0 }, { ...given, repeat: 0 }]);
    const body = JSON.parse(world.log[0]![2]!.value!.toString()) as Doc;
    world.log[0]![2]!.value = Buffer.from(
      JSON.stringify({ ...body, temperature_c: 99, humidity: 41, ts: body['ts'] + 1 }),
    );
    const { copies, discrepancies, ledger } = await world.verify();
    expect(discrepancies.shown).toEqual([]);
    expect(ledger).toMatchObject({ stored: 1, duplicate: 2 });
    expect(copies.count).toBe(1);
    expect(copies.shown).toEqual([
      {
        subject: `${TOPIC}/0/2`,
        detail: expect.stringMatching(
          /^event e0 of device-0 is stored from telemetry.raw\/0\/0: ts is .*; temperature_c is 99, stored 20; humidity is 41, stored 40$/,
        ),
      },
    ]);
  });

  it('names so many discrepancies and counts all', async () => {
    const world = new World(fc.sample(steps, { seed: 3, numRuns: 1 })[0]!);
    for (let i = 0; i < 150; i++)
      world.alerts.push({ ...ghostAlert, _id: `ghost-${i}`, device_id: `ghost-${i}` });
    const { discrepancies } = await world.verify();
    expect(discrepancies.counts.get('extra_alert')).toBe(150);
    expect(discrepancies.shown).toHaveLength(100);
  });
});
