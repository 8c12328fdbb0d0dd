import type { Facts, RollupStore, SizeFacts, Standing } from '@iot/rollup';
import type { RawStore } from '../settle-batch.js';

/**
 * Planted bugs about what stays while time passes and configurations change. The model must find
 * every one of them.
 */
export const FACT_MUTATIONS = [
  'a size that was added counts as complete from the beginning',
  'rows are a source after retention removed some',
  'raw readings that a shorter retention removed count as kept',
  'readings beyond retention are taken',
  'a size that was added again counts as kept up to date',
  'a changed configuration works while workers of the old one do',
  'a new size counts from now on, whatever is stored of later',
  'a row that was deleted is written again',
  'a worker that slept goes on',
  'a back-fill counts as complete before its beginning',
  'rows written under a shorter retention count as kept for the longer one',
  'what was stored and is close to retention is not looked for',
] as const;

export type FactMutation = (typeof FACT_MUTATIONS)[number];

export interface Stores {
  readonly raw: RawStore;
  readonly rollups: RollupStore;
}

/** What a worker takes the facts to be, with the bug planted. */
export function mutatedStanding(
  { facts, now }: Standing,
  mutation: FactMutation | undefined,
): Standing {
  const sizes = (change: (size: SizeFacts) => Partial<SizeFacts>): Standing => ({
    facts: {
      ...facts,
      sizes: Object.fromEntries(
        Object.entries(facts.sizes).map(([label, size]) => [label, { ...size, ...change(size) }]),
      ),
    },
    now,
  });
  switch (mutation) {
    case 'a size that was added counts as complete from the beginning':
      return sizes(() => ({ completeSince: -Infinity }));
    case 'rows are a source after retention removed some':
      return sizes(() => ({ retentionMs: Infinity, keptSince: -Infinity }));
    case 'raw readings that a shorter retention removed count as kept':
      return { facts: { ...facts, raw: { ...facts.raw, keptSince: -Infinity } }, now };
    case 'readings beyond retention are taken':
      return {
        facts: { ...facts, raw: { ...facts.raw, keptSince: -Infinity, retentionMs: Infinity } },
        now,
      };
    case 'rows written under a shorter retention count as kept for the longer one':
      return { facts: withoutBefore(facts), now };
    default:
      return { facts, now };
  }
}

const withoutBefore = (facts: Facts): Facts => ({
  ...facts,
  sizes: Object.fromEntries(
    Object.entries(facts.sizes).map(([label, { before: _, ...size }]) => [
      label,
      { ...size, keptSince: -Infinity },
    ]),
  ),
});

/** A look at the facts that is missing, after the insert: what was seen before is taken instead. */
export function unseen(
  standing: () => Standing,
  mutation: FactMutation | undefined,
): { standing: () => Standing; stores: (of: Stores) => Stores } {
  let last: Standing | undefined;
  let skip = false;
  const then =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>): ((...args: A) => Promise<R>) =>
    (...args) =>
      work(...args).then((done) => ((skip = true), done));
  const look = (): Standing => {
    if (!skip || !last) last = standing();
    skip = false;
    return last;
  };
  if (mutation === 'a worker that slept goes on')
    return {
      standing: look,
      stores: ({ raw, rollups }) => ({ raw: { ...raw, insert: then(raw.insert) }, rollups }),
    };
  return { standing, stores: (of) => of };
}
