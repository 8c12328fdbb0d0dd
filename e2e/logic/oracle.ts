/*
 * The program of this test, and apart from it what it must come to. Whatever a crash did, a machine
 * is as if each of its readings had gone through the program once, in the order of the log.
 */

/** A chain: a reading that lacks, comes twice or in another place changes all that follows. */
export const PROGRAM = `function process(data, state, { received_at }) {
  const { h = 7, n = 0 } = state;
  const next = {
    h: Math.imul(h ^ data.humidity ^ data.attributes.signal, 0x01000193) | 0,
    n: n + 1,
    at: Date.now() - received_at,
  };
  return { state: next, results: [next.h, { n: next.n, by: Math.random() }] };
}`;

/** A record of the log, as it was produced. */
export interface Entry {
  readonly machine: string;
  /** `topic/partition/offset`. */
  readonly source: string;
  readonly humidity: number;
  readonly signal: number;
}

export interface Expected {
  readonly states: ReadonlyMap<string, string>;
  /** Value by id; undefined where it is chance, which must only be the same each time. */
  readonly results: ReadonlyMap<string, number | { readonly n: number }>;
}

/** @param log in the order of each partition */
export function expected(log: readonly Entry[], pattern: string): Expected {
  const machines = new Map<string, { h: number; n: number }>();
  const results = new Map<string, number | { readonly n: number }>();
  for (const { machine, source, humidity, signal } of log) {
    const { h, n } = machines.get(machine) ?? { h: 7, n: 0 };
    const next = { h: Math.imul(h ^ humidity ^ signal, 16_777_619) | 0, n: n + 1 };
    machines.set(machine, next);
    results.set(`${pattern}/1/${source}/0`, next.h);
    results.set(`${pattern}/1/${source}/1`, { n: next.n });
  }
  const states = [...machines].map(
    ([machine, { h, n }]) => [machine, JSON.stringify({ h, n, at: 0 })] as const,
  );
  return { states: new Map(states), results };
}
