import type { Platform } from '../connection/platform.js';
import { checkAlerts, type AlertCounts } from './alert-check.js';
import { AlertRules } from './alert-rules.js';
import { scanDatabase, type ScanCounts } from './database-scan.js';
import { Discrepancies } from './discrepancies.js';
import { PartitionIndex } from './log-index.js';
import { markSetAside, scanLog, type Ledger, type LostEvent } from './log-scan.js';
import type { Progress, VerifyOptions } from './options.js';
import type { RowName } from './row-fold.js';
import { takeSnapshot } from './snapshot.js';
import { findStrayEvents } from './stray-events.js';
import { judgeSuspects } from './suspects.js';

/** What verify found. */
export interface Verdict {
  readonly ledger: Ledger;
  readonly scan: ScanCounts;
  readonly rowsUnsettled: number;
  readonly alerts: AlertCounts;
  readonly discrepancies: Discrepancies;
  /** Partitions whose start retention has removed: the ledger begins at this offset. */
  readonly truncated: readonly { partition: number; low: number }[];
  /** Devices whose readings came on several partitions: their alerts are not compared. */
  readonly movedDevices: number;
  /** What a repair can put back; at most {@link MAX_REPAIRS} of each. */
  readonly repairs: { readonly events: readonly LostEvent[]; readonly rows: readonly RowName[] };
}

const MAX_REPAIRS = 100_000;
const HOUR_MS = 3_600_000;

/** Reads the log and the database, and accounts for everything in them. The order of the steps is what makes it right beside running workers. */
export async function verify(
  { kafka, admin, mongo, config }: Platform,
  options: VerifyOptions,
  progress: Progress,
  now = Date.now(),
): Promise<Verdict> {
  const topic = config.TELEMETRY_TOPIC;
  const discrepancies = new Discrepancies(options.maxDiscrepancies);
  // First the positions: whatever lies before them was handled before, and everything only moves onwards, log to retry to dead letters or store.
  progress('asking for the groups’ positions');
  const snapshot = await takeSnapshot(admin, topic, { aggregator: config.AGGREGATOR_GROUP, alerts: config.ALERTS_GROUP });
  const index = new Map(snapshot.ranges.map(({ partition, low, end }) => [partition, new PartitionIndex(low, end)]));
  // A time-to-live index removes documents up to a while late or early of the clock here.
  const retainedFrom = now - config.rawRetentionMs + HOUR_MS;
  const alerts = new AlertRules(config.catalogue, config.ALERT_CRITICAL_MARGIN);
  const events: LostEvent[] = [];
  const suspects: RowName[] = [];
  let unnamed = 0;
  const suspect = (row: RowName): void => void (suspects.length < MAX_REPAIRS ? suspects.push(row) : unnamed++);
  const retryTopics = new Set(snapshot.aggregator.retry.keys());
  const common = { mongo, topic, index, options, discrepancies, progress, retainedFrom };
  const scan = await scanDatabase({ ...common, retryTopics, windows: config.windows, suspect });
  const rules = { catalogue: config.catalogue, maxFutureSkewMs: config.MAX_FUTURE_SKEW_MS, rawRetentionMs: config.rawRetentionMs };
  const lost = (event: LostEvent): void => void (events.length < MAX_REPAIRS && events.push(event));
  const log = { ...common, kafka, dlqTopic: config.DLQ_TOPIC, snapshot, rules, alerts, lost };
  progress('reading retry topics and dead letters');
  await markSetAside(log);
  const { ledger, reached } = await scanLog(log);
  await findStrayEvents(admin, mongo, topic, index, discrepancies, reached);
  progress('looking again at what seemed wrong');
  const rows = await judgeSuspects(mongo, suspects, discrepancies);
  if (unnamed > 0) discrepancies.add('wrong_row', '', `${unnamed} rows more seem wrong, and were not looked at twice`);
  const truncated = snapshot.ranges.filter(({ low }) => low > 0);
  const alertCounts = await checkAlerts(mongo, alerts, options, truncated.length > 0, discrepancies);
  return {
    ledger,
    scan,
    rowsUnsettled: rows.unsettled,
    alerts: alertCounts,
    discrepancies,
    truncated,
    movedDevices: alerts.moved.size,
    repairs: { events, rows: rows.faulty.slice(0, MAX_REPAIRS) },
  };
}
