/** What init refuses to go on with, by the name under which it is accepted. */
export const UNSAFE = {
  replication: 'a topic has fewer replicas than the brokers could keep',
  'in-sync-replicas': 'a 202 means one copy',
  retention: 'records go before they could be handled or redriven',
  compaction: 'readings of a device replace each other',
  standalone: 'the database is no replica set: nothing is written to a majority',
  rights: 'this user lacks rights',
  clock: 'clocks differ by more than the platform allows for',
} as const;
export type Unsafe = keyof typeof UNSAFE;
export const UNSAFE_NAMES = Object.keys(UNSAFE) as Unsafe[];

export type Status = 'ok' | 'warn' | 'fail';

/** What one check found. */
export interface Finding {
  readonly check: string;
  readonly status: Status;
  /** What is so. */
  readonly says: string;
  /** What to do about it; absent when it is ok. */
  readonly todo?: string;
  /** Why init goes no further, unless this name is accepted. */
  readonly unsafe?: Unsafe;
}

export const ok = (check: string, says: string): Finding => ({ check, status: 'ok', says });
export const warn = (check: string, says: string, todo: string): Finding => ({
  check,
  status: 'warn',
  says,
  todo,
});
export const fail = (check: string, says: string, todo: string, unsafe?: Unsafe): Finding => ({
  check,
  status: 'fail',
  says,
  todo,
  ...(unsafe && { unsafe }),
});

/** Those that init must not pass over. */
export const refusals = (findings: readonly Finding[], accepted: readonly Unsafe[]): Finding[] =>
  findings.filter(({ unsafe }) => unsafe !== undefined && !accepted.includes(unsafe));
