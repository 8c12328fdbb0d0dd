import { alertFault, type AlertKind, type AlertRules } from './alert-rules.js';
import type { Discrepancies, Kind } from './discrepancies.js';
import { eventOf, type ReadingRules } from './event.js';
import { inScope, type VerifyOptions } from './options.js';
import type { Snapshot } from './snapshot.js';
import type { Sources } from './sources.js';

export interface AlertCounts {
  compared: number;
  /** Alerts that records still to be handled go into. */
  unsettled: number;
  /** Alerts of devices whose readings were not handled in one order. */
  unordered: number;
  /** Alerts that began, or may have, before the log does. */
  beyondLog: number;
  /** Alerts of sensors that are not known here: their bounds are not, either. */
  otherSensors: number;
}

export interface AlertContext extends Sources {
  readonly topic: string;
  readonly snapshot: Snapshot;
  readonly rules: ReadingRules;
  readonly alertRules: AlertRules;
  readonly options: VerifyOptions;
  readonly discrepancies: Discrepancies;
}

interface Mismatch {
  readonly kind: Kind;
  readonly id: string;
  readonly device: string;
  readonly sensor: string;
  readonly detail: string;
}

/** Compares every stored alert with the one that the readings raise, and the other way round. */
export async function checkAlerts(context: AlertContext): Promise<AlertCounts> {
  const { alertRules, discrepancies } = context;
  const counts: AlertCounts = {
    compared: 0,
    unsettled: 0,
    unordered: 0,
    beyondLog: 0,
    otherSensors: 0,
  };
  const mismatches = [...(await storedMismatches(context, counts)), ...missing(context, counts)];
  if (mismatches.length > 0) await readOn(context);
  for (const { kind, id, device, sensor, detail } of mismatches)
    if (alertRules.unordered.has(device)) counts.unordered++;
    else if (alertRules.isUnsettled(device, sensor)) counts.unsettled++;
    else discrepancies.add(kind, id, detail);
  return counts;
}

async function storedMismatches(context: AlertContext, counts: AlertCounts): Promise<Mismatch[]> {
  const { mongo, alertRules, options } = context;
  const mismatches: Mismatch[] = [];
  // What other rules raise hangs on when each of their versions came into force.
  const ofThresholds = { alert_type: { $in: ['above_max', 'below_min'] as AlertKind[] } };
  const cursor = mongo.alerts.find(
    options.device === undefined ? ofThresholds : { device_id: options.device, ...ofThresholds },
    { batchSize: 5000 },
  );
  for await (const alert of cursor) {
    const { _id: id, device_id: device } = alert;
    const sensor = alert.sensor_type!;
    const kind = alert.alert_type as AlertKind;
    const openedAt = alert.timestamp.getTime();
    const should = alertRules.expected.get(id);
    alertRules.expected.delete(id);
    if (!inScope(options, device, openedAt)) continue;
    const fault = should && alertFault(alert, should);
    if (!context.rules.catalogue.byName.has(sensor)) counts.otherSensors++;
    else if (isBeforeLog(context, device, sensor, kind, openedAt)) counts.beyondLog++;
    else if (should && fault === undefined) counts.compared++;
    else if (should) mismatches.push({ kind: 'wrong_alert', id, device, sensor, detail: fault! });
    else {
      const detail = `${alert.status}, value ${alert.value}, bound ${alert.threshold}: no reading raises it`;
      mismatches.push({ kind: 'extra_alert', id, device, sensor, detail });
    }
  }
  return mismatches;
}

/**
 * What the readings raise and the database does not have. Call after the stored alerts were taken
 * out.
 */
function* missing(context: AlertContext, counts: AlertCounts): Generator<Mismatch> {
  for (const [id, { device, sensor, kind, openedAt, value, threshold }] of context.alertRules
    .expected) {
    if (!inScope(context.options, device, openedAt)) continue;
    if (isBeforeLog(context, device, sensor, kind, openedAt)) counts.beyondLog++;
    else
      yield {
        kind: 'missing_alert',
        id,
        device,
        sensor,
        detail: `${value} passes the bound of ${threshold}, and there is no alert`,
      };
  }
}

/**
 * Whether an alert may have begun before the retained log: only where retention has removed a
 * start.
 */
function isBeforeLog(
  { alertRules, snapshot }: AlertContext,
  device: string,
  sensor: string,
  kind: AlertKind,
  openedAt: number,
): boolean {
  const truncated = snapshot.ranges.some(({ low }) => low > 0);
  return truncated && alertRules.isBeforeLog(device, sensor, kind, openedAt);
}

/**
 * The records that came since the snapshot: the worker may have handled them, so what they touch is
 * not settled.
 */
async function readOn({
  read,
  ranges,
  snapshot,
  topic,
  rules,
  alertRules,
}: AlertContext): Promise<void> {
  const from = new Map(snapshot.ranges.map(({ partition, end }) => [partition, end]));
  const to = new Map((await ranges(topic)).map(({ partition, end }) => [partition, end]));
  await read(
    topic,
    ({ partition, messages }) => {
      for (const { offset, key, value, timestamp } of messages) {
        const event = eventOf(
          { topic, partition, offset, key, value, receivedAt: Number(timestamp) },
          rules,
        );
        if (event) alertRules.add(event, partition, false, -Infinity);
      }
    },
    { from, to },
  );
}
