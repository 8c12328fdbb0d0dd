/**
 * The time below which a part of the runs was, µs, as far as classes of powers of two tell.
 * @param took runs by class: up to 2^i µs
 * @returns null where there were none
 */
export function quantileOf(took: readonly number[], part: number): number | null {
  const total = took.reduce((sum, runs) => sum + runs, 0);
  if (total === 0) return null;
  let before = 0;
  for (let i = 0; i < took.length; i++) {
    before += took[i]!;
    if (before >= part * total) return 2 ** i;
  }
  return 2 ** took.length;
}
