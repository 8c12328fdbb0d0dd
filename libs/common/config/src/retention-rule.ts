import type { Rule } from './rule.js';

/**
 * Each size is named once, and is one that there is. The default may name sizes that WINDOWS leaves
 * out.
 */
export const retentionRule: Rule = {
  of: ['ROLLUP_RETENTION', 'WINDOWS'],
  problems: (values, given) => {
    if (!given.has('ROLLUP_RETENTION')) return [];
    const [retention, windows] = [
      values['ROLLUP_RETENTION'] as string[],
      values['WINDOWS'] as string[],
    ];
    const sizes = retention.map((pair) => pair.split(':')[0]!);
    const shown = JSON.stringify(retention.join(','));
    if (new Set(sizes).size < sizes.length)
      return [`ROLLUP_RETENTION is ${shown}; allowed: each window size once`];
    return sizes.every((size) => windows.includes(size))
      ? []
      : [
          `ROLLUP_RETENTION is ${shown} and WINDOWS is ${JSON.stringify(windows.join(','))}; allowed: sizes of WINDOWS`,
        ];
  },
};
