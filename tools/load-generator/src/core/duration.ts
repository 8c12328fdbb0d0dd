const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * Milliseconds of a text such as `30s`, `5m`, `1.5h`, `200ms` or `1d`; a bare number counts in
 * `bare`.
 * @returns undefined when it is none of these
 */
export function parseDuration(text: string, bare: 'ms' | 's'): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text.trim());
  return match ? Number(match[1]) * UNITS[match[2] ?? bare]! : undefined;
}
