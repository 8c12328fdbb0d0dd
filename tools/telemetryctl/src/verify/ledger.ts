/** What became of every record, for one group. They add up to `records`. */
export interface Ledger {
  records: number;
  stored: number;
  duplicate: number;
  inRetry: number;
  deadLettered: number;
  /** Behind the group's committed offset: not handled yet. */
  pending: number;
  /** Not stored, and of a time that raw retention has removed. */
  expired: number;
  missing: number;
}
