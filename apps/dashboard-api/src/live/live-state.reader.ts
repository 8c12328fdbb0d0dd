import type { Mongo } from '@iot/mongo';
import type { AlertDocument, DeviceDocument } from '@iot/mongo';
import { withinDeadline } from '@iot/resilience';
import { AlertRow } from '../alerts/alert.row.js';
import { DeviceRow } from '../devices/device.row.js';
import { formOf } from '../lists/row.js';
import type { PlatformReader } from '../platform/platform.reader.js';
import type { Platform } from '../platform/platform.model.js';
import { REPORTING_WITHIN_MS } from '../stats/installation.js';
import type { StatisticsReader } from '../stats/statistics.reader.js';
import { lagSeconds, writtenPerSecond, type LagSample } from './core/lag-clock.js';
import { servicesOf } from './core/services.js';
import type { LiveOverview } from './live.model.js';

/** Active alerts that are shown as they come; lists have the others. */
export const SHOWN_ALERTS = 200;
/** Looks at Kafka that are remembered: 15 minutes. */
const LOOKS = 180;
/** After so long without a look, nothing of before is concluded from. */
const FORGET_MS = 30_000;
const COUNT_EVERY_MS = 5000;

/** Of a message that is longer the beginning is told. */
const MESSAGE_CHARACTERS = 500;

const { fromDocument } = formOf<AlertDocument, AlertRow>(AlertRow);
const alertRow = (document: AlertDocument): AlertRow => {
  const row = fromDocument(document);
  return { ...row, message: row.message.slice(0, MESSAGE_CHARACTERS) };
};
const devices = formOf<DeviceDocument, DeviceRow>(DeviceRow);

/** Reads what the stream shows: a few queries each time, whoever watches. */
export class LiveStateReader {
  private looks: LagSample[] = [];
  private rates: [number, number][] = [];
  private reporting = { at: -Infinity, devices: 0 };

  constructor(
    private readonly mongo: Mongo,
    private readonly statistics: StatisticsReader,
    private readonly platform: PlatformReader,
    private readonly timeoutMS: number,
  ) {}

  /** Readings a second of the last minutes, epoch ms and value. */
  get readingRates(): readonly (readonly [number, number])[] {
    return this.rates;
  }

  /** @throws the driver's error or DeadlineExceeded */
  async overview(now: number): Promise<LiveOverview> {
    const [statistics, reporting, platform] = await Promise.all([
      this.statistics.read(),
      this.devicesReporting(now),
      this.platform.read(),
    ]);
    this.look(platform);
    const { active } = statistics.alerts;
    return {
      at: new Date(now).toISOString(),
      readings_per_second: this.rates.at(-1)?.[1] ?? null,
      readings_stored: statistics.telemetry.count,
      devices_known: statistics.devices.count,
      devices_reporting: Math.min(reporting, statistics.devices.count),
      alerts: { warning: active.warning, critical: active.critical },
      last_received: statistics.last_reading?.received_at ?? null,
      lag: (platform.kafka.groups ?? []).map(({ group, members, records, by_partition }) => ({
        ...{ group, members, records },
        ...lagSeconds(this.looks, by_partition),
      })),
      dead_letters: platform.kafka.dead_letters,
      kafka_reason: platform.kafka.reason,
      services: servicesOf(platform),
    };
  }

  /** The newest active alerts. @throws the driver's error or DeadlineExceeded */
  async activeAlerts(): Promise<AlertRow[]> {
    const { timeoutMS } = this;
    const found = this.mongo.alerts
      .find({ status: 'active' }, { timeoutMS })
      .sort({ created_at: -1 })
      .limit(SHOWN_ALERTS);
    return (await withinDeadline(timeoutMS, found.toArray())).map(alertRow);
  }

  /** How these alerts are now. @throws the driver's error or DeadlineExceeded */
  async alertsOf(ids: readonly string[]): Promise<AlertRow[]> {
    if (ids.length === 0) return [];
    const { timeoutMS } = this;
    const found = this.mongo.alerts.find({ _id: { $in: [...ids] } }, { timeoutMS });
    return (await withinDeadline(timeoutMS, found.toArray())).map(alertRow);
  }

  /** How these devices are now. @throws the driver's error or DeadlineExceeded */
  async devicesOf(ids: readonly string[]): Promise<DeviceRow[]> {
    if (ids.length === 0) return [];
    const { timeoutMS } = this;
    const found = this.mongo.devices.find({ _id: { $in: [...ids] } }, { timeoutMS });
    return (await withinDeadline(timeoutMS, found.toArray())).map(devices.fromDocument);
  }

  /** Counting them takes a while where there are many. */
  private async devicesReporting(now: number): Promise<number> {
    if (now - this.reporting.at < COUNT_EVERY_MS) return this.reporting.devices;
    const { timeoutMS } = this;
    const since = new Date(now - REPORTING_WITHIN_MS);
    const counted = this.mongo.devices.countDocuments(
      { last_seen: { $gte: since } },
      { timeoutMS },
    );
    this.reporting = { at: now, devices: await withinDeadline(timeoutMS, counted) };
    return this.reporting.devices;
  }

  private look({ kafka: { measured_at, ends } }: Platform): void {
    if (measured_at === null || ends === null) return;
    const look = { at: Date.parse(measured_at), ends };
    const last = this.looks.at(-1);
    if (last && look.at <= last.at) return;
    if (last && look.at - last.at > FORGET_MS) this.looks = [];
    this.looks = [...this.looks, look].slice(-LOOKS);
    const rate = writtenPerSecond(this.looks);
    if (rate !== undefined)
      this.rates = [...this.rates, [look.at, rate] as [number, number]].slice(-LOOKS);
  }
}
