/** The path of a line through points (x, y), from 0 up to the greatest y, and of what is below it. */
export function sparkPath(
  points: readonly (readonly [number, number])[],
  width: number,
  height: number,
): { line: string; area: string } {
  const finite = points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  const [first, last] = [finite[0], finite.at(-1)];
  if (!first || !last || first === last) return { line: '', area: '' };
  const span = last[0] - first[0] || 1;
  const most = Math.max(...finite.map(([, y]) => y), 1e-9);
  const at = ([x, y]: readonly [number, number]): string =>
    `${(((x - first[0]) / span) * width).toFixed(1)},${(height - 2 - (Math.max(0, y) / most) * (height - 4)).toFixed(1)}`;
  const line = `M${finite.map(at).join('L')}`;
  return { line, area: `${line}L${width},${height}L0,${height}Z` };
}
