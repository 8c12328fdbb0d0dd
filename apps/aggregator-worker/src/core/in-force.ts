import {
  difference,
  NOTICE_MS,
  presentFault,
  reconfigured,
  settledFacts,
  withRawRetention,
  type Facts,
  type RollupConfiguration,
  type StoredFacts,
} from '@iot/rollup';

/** A configuration that nobody has used for so long is taken to be given up. */
export const ABANDONED_MS = 60_000;

/** What a worker sees when it looks at the facts. */
export interface Seen {
  readonly stored: StoredFacts | undefined;
  /** How long the index of the database keeps raw readings, ms; Infinity: it removes none. */
  readonly indexMs: number;
  /** Epoch that this worker registered or worked under; undefined: it has just started. */
  readonly own: number | undefined;
  /**
   * For how long the facts have had this epoch and been in force, or not, as far as this worker
   * knows, ms.
   */
  readonly sameForMs: number;
  /** For how long nobody is known to have worked under them, ms. */
  readonly idleForMs: number;
  readonly now: number;
}

export type Step =
  /** Write the first facts. */
  | { readonly act: 'create' }
  /** Change the index; without the right for it, the reason says what to do. */
  | {
      readonly act: 'index';
      readonly retentionMs: number;
      readonly needed: boolean;
      readonly reason: string;
    }
  | {
      readonly act: 'write';
      readonly facts: Facts;
      readonly inForce: boolean;
      readonly registers: boolean;
    }
  /** Take no work, and say why. */
  | { readonly act: 'wait'; readonly reason: string }
  | { readonly act: 'work'; readonly stored: StoredFacts };

/**
 * What to do next so that all workers of a database work under one configuration. The one that
 * started last decides: its configuration is registered at once, which ends the work of those that
 * have another, and is in force when they have surely noticed. `newest` is asked only then: ts of
 * the newest stored reading.
 */
export async function nextStep(
  config: RollupConfiguration,
  seen: Seen,
  newest: () => Promise<number>,
): Promise<Step> {
  const { stored, own, now, indexMs } = seen;
  if (!stored) return { act: 'create' };
  const { facts, inForce } = stored;
  const other = difference(facts, config);
  if (other !== undefined && own !== undefined && seen.idleForMs < ABANDONED_MS)
    return {
      act: 'wait',
      reason: `an aggregator that started later has another configuration: ${other}`,
    };
  // Longer first, and said afterwards; shorter is said first, and done when all know.
  if (indexMs < config.rawRetentionMs) {
    if (indexMs < facts.raw.retentionMs)
      return write(withRawRetention(facts, indexMs, now), inForce);
    return {
      act: 'index',
      retentionMs: config.rawRetentionMs,
      needed: true,
      reason: lacksRight(config, indexMs),
    };
  }
  if (other !== undefined) {
    const next = reconfigured(facts, config, indexMs, now);
    const fault = presentFault(next, config.windows, now);
    if (fault !== undefined) return { act: 'wait', reason: fault };
    return { act: 'write', facts: next, inForce: false, registers: true };
  }
  if (!inForce) {
    if (seen.sameForMs < NOTICE_MS)
      return {
        act: 'wait',
        reason:
          'workers with the configuration of before may still be at work; waiting until they have noticed',
      };
    return write(settledFacts(facts, await newest(), now), true);
  }
  if (facts.raw.retentionMs < config.rawRetentionMs)
    return write(withRawRetention(facts, config.rawRetentionMs, now), true);
  if (indexMs > config.rawRetentionMs)
    return {
      act: 'index',
      retentionMs: config.rawRetentionMs,
      needed: false,
      reason: lacksRight(config, indexMs),
    };
  return { act: 'work', stored };
}

const write = (facts: Facts, inForce: boolean): Step => ({
  act: 'write',
  facts,
  inForce,
  registers: false,
});

const DAY_MS = 86_400_000;

const lacksRight = ({ rawRetentionMs }: RollupConfiguration, indexMs: number): string =>
  `RAW_RETENTION_DAYS is ${rawRetentionMs / DAY_MS}, the index of telemetry_raw keeps readings for ${indexMs / DAY_MS} days, and the database user may not change it: it needs the right collMod on telemetry_raw, which the role dbAdmin has`;
