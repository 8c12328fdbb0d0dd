import type { Arrival } from './arrival.js';
import type { Machine } from './machine.js';

/** One result on its way to `telemetry.results`. */
export interface Result {
  readonly machine: string;
  /** The same for the same program version, reading and place among its results. */
  readonly id: string;
  readonly source: string;
  /** When the reading arrived, epoch ms in decimal. */
  readonly arrived: string;
  readonly ts: number;
  /** JSON text. */
  readonly json: string;
}

/** The results of one reading. */
export function resultsOf(
  { pattern, logicVersion }: Machine,
  { machine, at, offset, record, reading }: Arrival,
  texts: readonly string[],
): Result[] {
  const source = `/logic/${pattern}/${logicVersion}`;
  return texts.map((json, index) => ({
    machine,
    id: `${pattern}/${logicVersion}/${at}/${offset}/${index}`,
    source,
    arrived: record.receivedAtText,
    ts: reading!.ts,
    json,
  }));
}
