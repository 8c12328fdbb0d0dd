import { firstFacts, type Facts, type WindowSize } from '@iot/rollup';

/**
 * The facts of a database that keeps everything, in which all sizes were there from the beginning.
 */
export const completeFacts = (windows: readonly WindowSize[]): Facts =>
  firstFacts(
    { windows, rollupRetentionMs: {}, rawRetentionMs: Infinity },
    {
      complete: new Set(windows.map(({ label }) => label)),
      rawRetentionMs: Infinity,
      rawKeptSince: -Infinity,
    },
  );
