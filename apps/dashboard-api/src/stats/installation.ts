import type { Mongo } from '@iot/mongo';
import { withinDeadline } from '@iot/resilience';
import type { Statistics } from './statistics.model.js';
import type { StatisticsReader } from './statistics.reader.js';

/** What is known of the whole installation, for Prometheus. */
export interface Installation {
  readonly statistics: Statistics;
  readonly devicesReporting: number;
  /**
   * What the last recorded run of `verify` found, by kind; null while there is none. Its end in
   * epoch seconds.
   */
  readonly verification: {
    readonly discrepancies: Readonly<Record<string, number>>;
    readonly finishedAt: number;
  } | null;
}

/** A device whose newest reading is not older counts as reporting. */
export const REPORTING_WITHIN_MS = 15 * 60_000;

/** @throws the driver's error or DeadlineExceeded */
export async function readInstallation(
  mongo: Mongo,
  statistics: StatisticsReader,
  now: Date,
  timeoutMS: number,
): Promise<Installation> {
  const since = new Date(now.getTime() - REPORTING_WITHIN_MS);
  const [numbers, devicesReporting, last] = await Promise.all([
    statistics.read(),
    withinDeadline(
      timeoutMS,
      mongo.devices.countDocuments({ last_seen: { $gte: since } }, { timeoutMS }),
    ),
    withinDeadline(timeoutMS, mongo.verifications.findOne({ _id: 'last' }, { timeoutMS })),
  ]);
  const verification = last && {
    discrepancies: last.discrepancies,
    finishedAt: last.finished_at.getTime() / 1000,
  };
  return { statistics: numbers, devicesReporting, verification };
}
