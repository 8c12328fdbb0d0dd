import { createRegistry } from '@iot/metrics';
import { dashboardMetrics } from '../metrics.js';
import { InstallationGauges } from './installation-gauges.js';
import type { Installation } from './installation.js';

const NAMES = /^(devices|readings|rollup_rows|alerts_active|last_reading|verify_[df])_?\w*(\{|\s)/;

const installation: Installation = {
  statistics: {
    telemetry: { count: 1000 },
    aggregated: { count: 40 },
    devices: { count: 12 },
    alerts: { count: 9, active: { warning: 2, critical: 1, total: 3 } },
    last_reading: {
      device_id: 'a',
      ts: '1970-01-01T00:01:40.000Z',
      received_at: '1970-01-01T00:01:41.000Z',
    },
  },
  devicesReporting: 11,
  verification: { discrepancies: { wrong_row: 0 }, finishedAt: 90 },
};

/** A registry whose numbers come from `read`, under a clock that the test sets. */
function gaugesOf(read: () => Promise<Installation>) {
  const registry = createRegistry('test');
  const time = { now: 0 };
  new InstallationGauges(dashboardMetrics(registry), read, () => time.now);
  const scrape = async () =>
    (await registry.metrics())
      .split('\n')
      .filter((line) => NAMES.test(line))
      .map((line) => line.replace(/,?service="test"|\{service="test"\}/g, '').replace('{}', ''));
  return { scrape, time };
}

describe('numbers of the installation', () => {
  it('are read when somebody scrapes, and not again within half a minute', async () => {
    let reads = 0;
    const { scrape, time } = gaugesOf(async () => ({ ...installation, devicesReporting: ++reads }));
    expect(await scrape()).toEqual([
      'devices_known 12',
      'devices_reporting 1',
      'readings_stored 1000',
      'rollup_rows_stored 40',
      'alerts_active{severity="warning"} 2',
      'alerts_active{severity="critical"} 1',
      'last_reading_timestamp_seconds 100',
      'verify_discrepancies{kind="wrong_row"} 0',
      'verify_finished_timestamp_seconds 90',
    ]);
    time.now = 29_000;
    await scrape();
    expect(reads).toBe(1);
    time.now = 31_000;
    expect(await scrape()).toContain('devices_reporting 2');
  });

  it('are absent, not 0, where the database does not say: no reading, no recorded run of verify', async () => {
    const { scrape } = gaugesOf(async () => ({
      ...installation,
      statistics: { ...installation.statistics, last_reading: null },
      verification: null,
    }));
    expect((await scrape()).filter((line) => /^(last|verify)/.test(line))).toEqual([]);
  });

  it('go when the database is away, and come back with it', async () => {
    let away = false;
    const { scrape, time } = gaugesOf(() =>
      away ? Promise.reject(new Error('away')) : Promise.resolve(installation),
    );
    expect(await scrape()).toHaveLength(9);
    away = true;
    time.now = 40_000;
    expect(await scrape()).toEqual([]);
    away = false;
    time.now = 80_000;
    expect(await scrape()).toHaveLength(9);
  });

  it('do not keep a scrape waiting when the database hangs, and are shown once it has answered', async () => {
    let answer: (of: Installation) => void = () => undefined;
    const { scrape } = gaugesOf(() => new Promise((resolve) => (answer = resolve)));
    expect(await scrape()).toEqual([]);
    answer(installation);
    expect(await scrape()).toHaveLength(9);
  });
});
