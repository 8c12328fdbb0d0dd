import { configurationFault, type RollupConfiguration, type WindowSize } from '@iot/rollup';
import type { Chance } from './world.js';

export const HOUR = 3_600_000;

/** Sizes that a run may have, each made of two of the one before. */
export const SIZES: readonly WindowSize[] = [1, 2, 4, 8].map((n) => ({
  label: `${n}h`,
  ms: n * HOUR,
}));

/** A configuration that the aggregator accepts; of `before`, if it is given, a part stays. */
export function anyConfiguration(
  random: Chance,
  before?: RollupConfiguration,
  retentions = true,
): RollupConfiguration {
  for (;;) {
    const windows = SIZES.filter((size) =>
      before && random.next() < 0.5 ? before.windows.includes(size) : random.next() < 0.6,
    );
    const keep = before && (!retentions || random.next() < 0.5);
    const rollupRetentionMs = Object.fromEntries(
      SIZES.flatMap(({ label }) => {
        const ms = keep
          ? before.rollupRetentionMs[label]
          : random.pick([undefined, undefined, 12 * HOUR, 16 * HOUR, 30 * HOUR]);
        return ms === undefined ? [] : [[label, ms]];
      }),
    );
    const rawRetentionMs = keep
      ? before.rawRetentionMs
      : random.pick([8 * HOUR, 14 * HOUR, 24 * HOUR, 48 * HOUR]);
    const config = { windows, rollupRetentionMs, rawRetentionMs };
    if (windows.length > 0 && configurationFault(config) === undefined) return config;
  }
}
