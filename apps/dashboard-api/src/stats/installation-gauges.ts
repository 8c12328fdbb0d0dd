import { withinDeadline } from '@iot/resilience';
import type { DashboardMetrics } from '../metrics.js';
import type { Installation } from './installation.js';

/** The database is asked at most this often, however many scrape. */
const REFRESH_MS = 30_000;
/**
 * A scrape waits so long for the database at most: what the process knows of itself is wanted most
 * while the database hangs.
 */
const WAIT_MS = 1000;

/**
 * Gauges of the {@link Installation}, read when somebody scrapes. What the database does not say is
 * absent, never 0.
 */
export class InstallationGauges {
  private askedAt = -Infinity;
  private asking: Promise<void> | undefined;

  constructor(
    private readonly metrics: DashboardMetrics,
    private readonly read: () => Promise<Installation>,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.clear();
    for (const gauge of this.gauges()) Object.assign(gauge, { collect: () => this.refresh() });
  }

  private gauges() {
    const {
      devices,
      devicesReporting,
      readings,
      rollups,
      activeAlerts,
      lastReading,
      discrepancies,
      verifiedAt,
    } = this.metrics;
    return [
      devices,
      devicesReporting,
      readings,
      rollups,
      activeAlerts,
      lastReading,
      discrepancies,
      verifiedAt,
    ];
  }

  private async refresh(): Promise<void> {
    if (!this.asking && this.clock() - this.askedAt >= REFRESH_MS) {
      this.askedAt = this.clock();
      this.asking = this.read()
        .then(
          (installation) => this.show(installation),
          () => this.clear(),
        )
        .finally(() => (this.asking = undefined));
    }
    if (this.asking) await withinDeadline(WAIT_MS, this.asking).catch(() => undefined);
  }

  private show({ statistics, devicesReporting, verification }: Installation): void {
    const { metrics } = this;
    this.clear();
    metrics.devices.set(statistics.devices.count);
    metrics.devicesReporting.set(devicesReporting);
    metrics.readings.set(statistics.telemetry.count);
    metrics.rollups.set(statistics.aggregated.count);
    for (const severity of ['warning', 'critical'] as const)
      metrics.activeAlerts.set({ severity }, statistics.alerts.active[severity]);
    const lastReading = statistics.last_reading?.ts;
    if (lastReading) metrics.lastReading.set(Date.parse(lastReading) / 1000);
    if (!verification) return;
    for (const [kind, count] of Object.entries(verification.discrepancies))
      metrics.discrepancies.set({ kind }, count);
    metrics.verifiedAt.set(verification.finishedAt);
  }

  private clear(): void {
    const { activeAlerts, discrepancies } = this.metrics;
    for (const gauge of this.gauges()) {
      // What has labels is left without series by a reset, and what has none with a 0.
      if (gauge === activeAlerts || gauge === discrepancies) gauge.reset();
      else gauge.remove();
    }
  }
}
