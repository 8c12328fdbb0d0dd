import {
  alertId,
  DeviceBackTest,
  RuleSet,
  type Alert,
  type Rule,
  type VersionedRule,
} from '@iot/alerting';
import { distinctValues, FIXED_RAW_FIELDS, type Mongo, type RawDocument } from '@iot/mongo';

/** An alert that the rule would have raised. Times are RFC 3339. */
export interface FoundAlert {
  readonly type: 'alert';
  readonly id: string;
  readonly device_id: string;
  readonly sensor_type: string | null;
  readonly severity: 'warning' | 'critical';
  readonly message: string;
  readonly value: number;
  readonly timestamp: string;
  readonly last_seen: string;
  /** Null: it was active at the end. */
  readonly resolved_at: string | null;
  readonly occurrences: number;
  readonly raises_last_hour: number;
}

/** How far it is, and at the end what there was. */
export interface Progress {
  readonly type: 'progress' | 'summary';
  readonly devices: number;
  readonly readings: number;
  readonly alerts: number;
  /** The device that was read last. */
  readonly device_id: string | null;
}

export type BackTestLine = FoundAlert | Progress;

export interface BackTestRange {
  /** Epoch ms of readings, from included, to not. */
  readonly from: number;
  readonly to: number;
}

const PROGRESS_EVERY_READINGS = 50_000;
const PROGRESS_EVERY_DEVICES = 1000;
const BATCH = 5000;

/**
 * Judges stored readings by a rule: device after device, in the order in which they arrived. Holds
 * one batch of readings and the open alerts of one device, however long the range is.
 * @param units of the sensors, by name
 * @throws the database's error
 */
export async function* backTest(
  mongo: Pick<Mongo, 'raw'>,
  rule: Rule,
  { from, to }: BackTestRange,
  units: ReadonlyMap<string, string>,
): AsyncGenerator<BackTestLine, void, undefined> {
  const versioned: VersionedRule = { ...rule, enabled: true, version: 1 };
  const set = new RuleSet([], [versioned], units);
  const found: FoundAlert[] = [];
  const count = { devices: 0, readings: 0, alerts: 0 };
  const told = { devices: 0, readings: 0 };
  let device_id: string | null = null;
  for await (const deviceId of devicesOf(mongo, rule.selector.device)) {
    const test = new DeviceBackTest(deviceId, set, (alert) => found.push(foundAlert(alert)));
    if (!test.isConcerned) continue;
    let own = 0;
    for await (const reading of readingsOf(mongo, deviceId, rule.selector.sensor, from, to)) {
      if (own++ === 0) {
        device_id = deviceId;
        count.devices++;
      }
      count.readings++;
      test.add(reading, reading.receivedAt);
      if (found.length > 0) yield* take(found, count);
      if (count.readings - told.readings >= PROGRESS_EVERY_READINGS) {
        told.readings = count.readings;
        yield { type: 'progress', ...count, device_id };
      }
    }
    if (own === 0) continue;
    test.end(Math.min(to, Date.now()));
    yield* take(found, count);
    if (count.devices - told.devices >= PROGRESS_EVERY_DEVICES) {
      told.devices = count.devices;
      yield { type: 'progress', ...count, device_id };
    }
  }
  yield { type: 'summary', ...count, device_id };
}

function* take(found: FoundAlert[], count: { alerts: number }): Generator<FoundAlert> {
  for (const alert of found) {
    count.alerts++;
    yield alert;
  }
  found.length = 0;
}

/** Devices that a pattern holds, by steps through an index. */
async function* devicesOf({ raw }: Pick<Mongo, 'raw'>, pattern: string): AsyncGenerator<string> {
  if (!pattern.endsWith('*')) return yield pattern;
  const beginning = pattern.slice(0, -1);
  // A device may be called as its beginning is, and a step begins behind.
  if (beginning !== '') yield beginning;
  for await (const id of distinctValues(raw, 'device_id', beginning || undefined)) {
    if (!id.startsWith(beginning)) return;
    yield id;
  }
}

interface StoredReading {
  readonly eventId: string;
  readonly deviceId: string;
  readonly ts: number;
  readonly values: Readonly<Record<string, number>>;
  readonly receivedAt: number;
}

/** Readings of a device as they arrived; those of one millisecond in the order of the log. */
async function* readingsOf(
  { raw }: Pick<Mongo, 'raw'>,
  device_id: string,
  sensor: string | undefined,
  from: number,
  to: number,
): AsyncGenerator<StoredReading> {
  const cursor = raw
    .find(
      { device_id, ts: { $gte: new Date(from), $lt: new Date(to) } },
      {
        batchSize: BATCH,
        ...(sensor !== undefined && {
          projection: { _id: 1, event_id: 1, ts: 1, received_at: 1, source: 1, [sensor]: 1 },
        }),
      },
    )
    .sort({ received_at: 1 })
    .allowDiskUse(true);
  let together: RawDocument[] = [];
  for await (const document of cursor) {
    if (
      together.length > 0 &&
      together[0]!.received_at.getTime() !== document.received_at.getTime()
    ) {
      yield* inOrder(together, device_id, sensor);
      together = [];
    }
    together.push(document as RawDocument);
  }
  yield* inOrder(together, device_id, sensor);
}

function* inOrder(
  documents: RawDocument[],
  deviceId: string,
  sensor: string | undefined,
): Generator<StoredReading> {
  if (documents.length > 1) documents.sort((a, b) => offsetOf(a) - offsetOf(b));
  for (const document of documents)
    yield {
      eventId: document.event_id ?? document._id,
      deviceId,
      ts: document.ts.getTime(),
      values: sensor === undefined ? valuesOf(document) : valueOf(document, sensor),
      receivedAt: document.received_at.getTime(),
    };
}

const offsetOf = ({ source }: RawDocument): number =>
  Number(source.slice(source.lastIndexOf('/') + 1));

const NO_VALUES: Readonly<Record<string, number>> = {};
const valueOf = (document: RawDocument, sensor: string): Readonly<Record<string, number>> => {
  const value = document[sensor];
  return typeof value === 'number' ? { [sensor]: value } : NO_VALUES;
};

const valuesOf = (document: RawDocument): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(document).filter(
      (entry): entry is [string, number] =>
        !FIXED_RAW_FIELDS.has(entry[0]) && typeof entry[1] === 'number',
    ),
  );

const timeText = (ms: number): string => new Date(ms).toISOString();

const foundAlert = (alert: Alert): FoundAlert => ({
  type: 'alert',
  id: alertId(alert),
  device_id: alert.deviceId,
  sensor_type: alert.rule.sensor,
  severity: alert.severity,
  message: alert.message,
  value: alert.value,
  timestamp: timeText(alert.ts),
  last_seen: timeText(alert.lastSeen),
  resolved_at: alert.resolvedAt === null ? null : timeText(alert.resolvedAt),
  occurrences: alert.occurrences,
  raises_last_hour: alert.raises,
});
