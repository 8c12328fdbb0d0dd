/** Ways in which the log and the database may disagree. */
export const KINDS = {
  missing_event: 'a record whose event is nowhere',
  wrong_event: 'a raw event that differs from its record',
  extra_event: 'a raw event without a record',
  doubled_event: 'a record that is stored twice',
  missing_row: 'raw events without their rollup row',
  wrong_row: 'a rollup row that is not the fold of its raw events',
  extra_row: 'a rollup row without raw events',
  missing_alert: 'an alert that should be there',
  wrong_alert: 'an alert that differs from what the readings say',
  extra_alert: 'a false alert: no reading raised it',
  log_gap: 'offsets that the log has nothing for, and no transaction or compaction to explain it',
  wrong_device: 'a device whose times or latest values are not those of its raw events',
  missing_device: 'raw events of a device that is not known',
  extra_device: 'a device without raw events',
  unreadable_log: 'a part of the log that could not be read',
} as const;
export type Kind = keyof typeof KINDS;

/**
 * One disagreement: what it is about (an event id, record, row or alert id) and what is wrong with
 * it.
 */
export interface Discrepancy {
  readonly kind: Kind;
  readonly subject: string;
  readonly detail: string;
}

/** All of them counted, the first `limit` of them kept. */
export class Discrepancies {
  readonly shown: Discrepancy[] = [];
  readonly counts = new Map<Kind, number>();

  constructor(private readonly limit: number) {}

  add(kind: Kind, subject: string, detail: string): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    if (this.shown.length < this.limit) this.shown.push({ kind, subject, detail });
  }

  get total(): number {
    let total = 0;
    for (const count of this.counts.values()) total += count;
    return total;
  }
}
