import { timeText } from '@iot/printable';
import type { Sensor, SensorCatalogue } from '@iot/telemetry';
import type { LogEvent } from './event.js';

/** Contract: a copy that says a newer time is known among so many readings. */
const RECENT = 16;

export type AlertKind = 'above_max' | 'below_min';

/** An alert as the readings say it should be. Times in epoch ms; `resolvedAt` null: active. */
export interface ExpectedAlert {
  readonly device: string;
  readonly sensor: string;
  readonly kind: AlertKind;
  readonly threshold: number;
  readonly openedAt: number;
  readonly value: number;
  critical: boolean;
  occurrences: number;
  lastValue: number;
  lastSeen: number;
  resolvedAt: number | null;
  /** Records that may not be handled yet go into it. */
  unsettled: boolean;
}

interface Side {
  open: ExpectedAlert | undefined;
  /** Alerts that opened before this may have begun before the log does. */
  certainFrom: number;
}

interface Series {
  last: number;
  /** Whether records that may not be handled yet had a newer reading of it. */
  unsettled: boolean;
  readonly above: Side;
  readonly below: Side;
}

interface Device {
  readonly partition: number;
  readonly sensors: Map<string, Series>;
  /** Ids of its last readings that counted, oldest first. */
  readonly recent: string[];
}

interface Bounds {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly margin: number;
}

/**
 * Which alerts an ordered stream of readings raises. A reading no newer than the last one of its
 * device and sensor says nothing, nor does one that has the id of one of the last that counted.
 * Memory: one entry for each device and sensor, and the alerts.
 */
export class AlertRules {
  readonly expected = new Map<string, ExpectedAlert>();
  /**
   * Devices whose readings were not handled in the order of one partition: they came on several, or
   * were redriven.
   */
  readonly unordered = new Set<string>();
  private readonly bounds: ReadonlyMap<string, Bounds>;
  private readonly series = new Map<string, Device>();

  constructor(catalogue: SensorCatalogue, criticalMargin: number) {
    this.bounds = new Map(
      catalogue.sensors
        .filter(hasBound)
        .map((sensor) => [sensor.name, boundsOf(sensor, criticalMargin)]),
    );
  }

  /**
   * @param settled whether the worker has handled this record for certain
   * @param certainAfter epoch ms: no reading before the retained log was newer. -Infinity: the log
   *   is whole
   */
  add(event: LogEvent, partition: number, settled: boolean, certainAfter: number): void {
    let device = this.series.get(event.device);
    if (!device)
      this.series.set(event.device, (device = { partition, sensors: new Map(), recent: [] }));
    if (device.partition !== partition) this.unordered.add(event.device);
    let counts = false;
    for (const [sensor, value] of event.values) {
      const bounds = this.bounds.get(sensor);
      if (!bounds) continue;
      let series = device.sensors.get(sensor);
      if (!series) {
        const side = (): Side => ({
          open: undefined,
          certainFrom: certainAfter === -Infinity ? -Infinity : Infinity,
        });
        device.sensors.set(
          sensor,
          (series = { last: -Infinity, unsettled: false, above: side(), below: side() }),
        );
      }
      if (event.ts <= series.last) continue;
      if (!counts && device.recent.includes(event.id)) return;
      counts = true;
      series.last = event.ts;
      if (!settled) series.unsettled = true;
      this.judge(series.above, 'above_max', bounds, event, value, settled, certainAfter);
      this.judge(series.below, 'below_min', bounds, event, value, settled, certainAfter);
    }
    if (counts && device.recent.push(event.id) > RECENT) device.recent.shift();
  }

  /**
   * Whether what the database holds of this series may be ahead of or behind what is known here.
   */
  isUnsettled(device: string, sensor: string): boolean {
    return this.series.get(device)?.sensors.get(sensor)?.unsettled ?? false;
  }

  /** Whether an alert of this time may stem from before the log, where that has lost its start. */
  isBeforeLog(device: string, sensor: string, kind: AlertKind, openedAt: number): boolean {
    const series = this.series.get(device)?.sensors.get(sensor);
    return series
      ? openedAt < (kind === 'above_max' ? series.above : series.below).certainFrom
      : true;
  }

  private judge(
    side: Side,
    kind: AlertKind,
    { name, min, max, margin }: Bounds,
    { device, ts }: LogEvent,
    value: number,
    settled: boolean,
    certainAfter: number,
  ): void {
    const violates = kind === 'above_max' ? value > max : value < min;
    const critical =
      violates && (kind === 'above_max' ? value > max + margin : value < min - margin);
    if (!violates) {
      if (side.open) {
        side.open.resolvedAt = ts;
        side.open.unsettled ||= !settled;
        side.open = undefined;
      }
      if (side.certainFrom === Infinity && ts > certainAfter) side.certainFrom = ts;
      return;
    }
    if (side.open) {
      side.open.occurrences++;
      side.open.lastValue = value;
      side.open.lastSeen = ts;
      side.open.critical ||= critical;
      side.open.unsettled ||= !settled;
      return;
    }
    const threshold = kind === 'above_max' ? max : min;
    const began = {
      device,
      sensor: name,
      kind,
      threshold,
      openedAt: ts,
      value,
      critical,
      occurrences: 1,
      lastValue: value,
      lastSeen: ts,
    };
    side.open = { ...began, resolvedAt: null, unsettled: !settled };
    this.expected.set(`${device}|${name}|${kind}|${ts}`, side.open);
  }
}

const hasBound = ({ min, max }: Sensor): boolean => min !== null || max !== null;

function boundsOf({ name, min, max }: Sensor, criticalMargin: number): Bounds {
  const range = min !== null && max !== null ? max - min : Math.abs(min ?? max ?? 0);
  return { name, min: min ?? -Infinity, max: max ?? Infinity, margin: criticalMargin * range };
}

/** An alert as the database holds it. */
export interface StoredAlert {
  readonly severity: string;
  readonly status: string;
  readonly value: number;
  readonly threshold: number;
  readonly occurrences: number;
  readonly last_value: number;
  readonly last_seen: Date;
  readonly resolved_at: Date | null;
}

/** What is wrong with a stored alert, in words; undefined when nothing is. */
export function alertFault(alert: StoredAlert, should: ExpectedAlert): string | undefined {
  const pairs: [string, unknown, unknown][] = [
    ['threshold', alert.threshold, should.threshold],
    ['value', alert.value, should.value],
    ['severity', alert.severity, should.critical ? 'critical' : 'warning'],
    ['status', alert.status, should.resolvedAt === null ? 'active' : 'resolved'],
    ['occurrences', alert.occurrences, should.occurrences],
    ['last_value', alert.last_value, should.lastValue],
    ['last_seen', dateText(alert.last_seen), timeText(should.lastSeen)],
    [
      'resolved_at',
      dateText(alert.resolved_at),
      should.resolvedAt === null ? 'null' : timeText(should.resolvedAt),
    ],
  ];
  const faults = pairs
    .filter(([, is, ought]) => is !== ought)
    .map(([field, is, ought]) => `${field} is ${is}, should be ${ought}`);
  return faults.length > 0 ? faults.join('; ') : undefined;
}

const dateText = (time: Date | null | undefined): string =>
  time ? timeText(time.getTime()) : 'null';
