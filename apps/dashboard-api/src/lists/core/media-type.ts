/**
 * The best of `offered` media types for an Accept header: higher q first, then the more exact
 * range, then the earlier offer. Undefined: none will do.
 */
export function negotiate<T extends string>(
  accept: string | undefined,
  offered: readonly T[],
): T | undefined {
  if (accept === undefined || accept.trim() === '') return offered[0];
  const ranges = accept.split(',').map(parseRange);
  let best: { type: T; q: number; exactness: number } | undefined;
  for (const type of offered) {
    const range = ranges
      .filter((candidate) => matches(candidate.range, type))
      .sort((a, b) => b.exactness - a.exactness)[0];
    if (!range || range.q === 0) continue;
    if (!best || range.q > best.q || (range.q === best.q && range.exactness > best.exactness))
      best = { type, q: range.q, exactness: range.exactness };
  }
  return best?.type;
}

function parseRange(text: string): { range: string; q: number; exactness: number } {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  const q = weight === undefined ? 1 : Number(weight);
  return {
    range,
    q: q >= 0 && q <= 1 ? q : 0,
    exactness: range === '*/*' ? 0 : range.endsWith('/*') ? 1 : 2,
  };
}

const matches = (range: string, type: string): boolean =>
  range === '*/*' ||
  range === type ||
  (range.endsWith('/*') && type.startsWith(range.slice(0, -1)));
