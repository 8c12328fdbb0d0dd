import { factsOf, sourceWindow, type Facts } from '@iot/rollup';
import type { Config } from '../connection/config.js';
import type { Platform } from '../connection/platform.js';
import { checkAlerts, type AlertCounts } from './alert-check.js';
import { AlertRules } from './alert-rules.js';
import { scanDatabase, type ScanCounts } from './database-scan.js';
import { judgeDevices, type SuspectDevice } from './device-check.js';
import { DifferingCopies } from './differing-copies.js';
import { Discrepancies } from './discrepancies.js';
import { JudgedRows } from './judged-rows.js';
import { PartitionIndex } from './log-index.js';
import type { Ledger } from './ledger.js';
import { scanLog, type LostEvent } from './log-scan.js';
import type { Progress, VerifyOptions } from './options.js';
import type { OtherRuleCounts } from './other-rules.js';
import { pendingOf, type Pending } from './pending.js';
import type { RowName } from './row-fold.js';
import { markSetAside } from './set-aside.js';
import { openRecords, takeSnapshot, type Snapshot } from './snapshot.js';
import { sourcesOf, type Sources } from './sources.js';
import { findStrayEvents } from './stray-events.js';
import { judgeSuspects, type LookAgain, type Settled } from './suspects.js';

/** What verify found. */
export interface Verdict {
  readonly ledger: Ledger;
  /** What the groups had not handled before anything was read. */
  readonly pending: readonly Pending[];
  /**
   * Records that kafkajs could not decode, or that came with such: the workers' decoder read them.
   */
  readonly notByTheLibrary: number;
  readonly otherRules: OtherRuleCounts;
  readonly scan: ScanCounts;
  readonly rowsUnsettled: number;
  /** Devices that were written all the time. */
  readonly devicesUnsettled: number;
  readonly alerts: AlertCounts;
  readonly discrepancies: Discrepancies;
  readonly copies: DifferingCopies;
  /** Dead letters that never were records: what the MQTT gateway refused. */
  readonly refusedAtIntake: number;
  /** Partitions whose start retention has removed: the ledger begins at this offset. */
  readonly truncated: readonly { partition: number; low: number }[];
  /** Devices whose readings were not handled in one order: their alerts are not compared. */
  readonly unorderedDevices: number;
  /** What a repair can put back; at most {@link MAX_REPAIRS} of each. */
  readonly repairs: {
    readonly events: readonly LostEvent[];
    readonly rows: readonly RowName[];
    readonly devices: readonly string[];
  };
}

/** The part of the settings that says what is right. */
export type Rules = Pick<
  Config,
  | 'TELEMETRY_TOPIC'
  | 'DLQ_TOPIC'
  | 'MAX_FUTURE_SKEW_MS'
  | 'ALERT_CRITICAL_MARGIN'
  | 'catalogue'
  | 'windows'
  | 'rawRetentionMs'
> & {
  /** What is kept of readings and rows, and since when. */
  readonly facts: Facts;
};

const MAX_REPAIRS = 100_000;

/** Reads the log and the database, and accounts for everything in them. */
export async function verify(
  platform: Platform,
  options: VerifyOptions,
  progress: Progress,
): Promise<Verdict> {
  const { admin, config } = platform;
  progress('asking for the groups’ positions');
  const groups = { aggregator: config.AGGREGATOR_GROUP, alerts: config.ALERTS_GROUP };
  const snapshot = await takeSnapshot(admin, config.TELEMETRY_TOPIC, groups);
  const now = Date.now();
  const facts = await factsOf(platform.mongo, config, now);
  return verifyFrom(snapshot, sourcesOf(platform), { ...config, facts }, options, progress, now);
}

/**
 * The order of the steps is what makes it right beside running workers. The snapshot of the
 * positions comes first: whatever lies before them was handled before, and everything only moves
 * onwards, from the log to a retry topic, to the dead letters or the store.
 * @param now epoch ms
 */
export async function verifyFrom(
  snapshot: Snapshot,
  sources: Sources,
  config: Rules,
  options: VerifyOptions,
  progress: Progress,
  now: number,
): Promise<Verdict> {
  const discrepancies = new Discrepancies(options.maxDiscrepancies);
  const copies = new DifferingCopies(options.maxDiscrepancies);
  const alertRules = new AlertRules(config.catalogue, config.ALERT_CRITICAL_MARGIN);
  const events: LostEvent[] = [];
  const suspects: RowName[] = [];
  const devices: SuspectDevice[] = [];
  const judged = new JudgedRows(config.facts, now);
  let unnamed = 0;
  const context = {
    ...sources,
    snapshot,
    topic: config.TELEMETRY_TOPIC,
    dlqTopic: config.DLQ_TOPIC,
    index: new Map(
      snapshot.ranges.map(({ partition, low, end }) => [partition, new PartitionIndex(low, end)]),
    ),
    rules: {
      catalogue: config.catalogue,
      maxFutureSkewMs: config.MAX_FUTURE_SKEW_MS,
      rawRetentionMs: config.rawRetentionMs,
    },
    windows: config.windows,
    alertRules,
    judged,
    retainedFrom: judged.retainedFrom,
    options,
    discrepancies,
    copies,
    progress,
    suspectDevice: (device: SuspectDevice): void =>
      void (devices.length < MAX_REPAIRS ? devices.push(device) : unnamed++),
    suspect: (row: RowName): void =>
      void (suspects.length < MAX_REPAIRS ? suspects.push(row) : unnamed++),
    lost: (event: LostEvent): void => void (events.length < MAX_REPAIRS && events.push(event)),
  };
  const scan = await scanDatabase(context);
  progress('reading retry topics and dead letters');
  const refusedAtIntake = await markSetAside(context);
  const { ledger, notByTheLibrary, otherRules, reached } = await scanLog(context);
  await findStrayEvents(context, reached);
  progress('looking again at what seemed wrong');
  const judge = (some: readonly RowName[], how: LookAgain): Promise<Settled> =>
    judgeSuspects(sources.mongo, some, discrepancies, how);
  const often = { looks: 6, pauseMs: options.lookAgainMs };
  const [larger, smallest] = partition(
    suspects,
    ({ window }) => sourceWindow(window, config.windows) !== undefined,
  );
  const rows = await judge(smallest, often);
  const wrongDevices = await judgeDevices(
    sources.mongo,
    devices,
    context.retainedFrom,
    discrepancies,
    often,
  );
  const patient =
    larger.length > 0 && !(await allCommitted(snapshot, sources, config.TELEMETRY_TOPIC));
  if (patient) progress('looking again at rows that may wait for their write');
  const largerRows = await judge(
    larger,
    patient ? { looks: 2, pauseMs: options.lookAgainPendingMs } : often,
  );
  if (unnamed > 0)
    discrepancies.add(
      'wrong_row',
      '',
      `${unnamed} rows or devices more seem wrong, and were not looked at twice`,
    );
  const alerts = await checkAlerts(context);
  return {
    ledger,
    refusedAtIntake,
    pending: await pendingOf(snapshot, config.TELEMETRY_TOPIC, sources.ranges),
    notByTheLibrary,
    otherRules,
    scan,
    rowsUnsettled: rows.unsettled + largerRows.unsettled,
    devicesUnsettled: wrongDevices.unsettled,
    alerts,
    discrepancies,
    copies,
    truncated: snapshot.ranges.filter(({ low }) => low > 0),
    unorderedDevices: alertRules.unordered.size,
    repairs: { events, rows: [...rows.faulty, ...largerRows.faulty], devices: wrongDevices.faulty },
  };
}

/**
 * Whether the aggregator had committed all that its topics hold even now: then no row waits for its
 * write.
 */
async function allCommitted(
  { aggregator }: Snapshot,
  { ranges }: Sources,
  topic: string,
): Promise<boolean> {
  for (const [name, committed] of [[topic, aggregator.committed] as const, ...aggregator.retry])
    if (openRecords(await ranges(name), committed) > 0) return false;
  return true;
}

function partition<T>(items: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  const [yes, no]: [T[], T[]] = [[], []];
  for (const item of items) (belongs(item) ? yes : no).push(item);
  return [yes, no];
}
