import { printable, printableJson, withoutSecrets } from '@iot/printable';

/** Most characters of a log line; the collectors of container logs cut at 16 KiB. */
const LONGEST = 16_000;
/**
 * What is kept of a line that is longer: of each text, of each list, of each object, and how deep.
 */
const TEXT = 1000;
const ITEMS = 10;
const FIELDS = 40;
const DEPTH = 5;

/**
 * A line of JSON as it may be written: safe on a terminal, and not longer than a line may be. What
 * is cut is marked with "…".
 */
export function logLine(line: string): string {
  const safe = withoutSecrets(printableJson(line));
  if (safe.length <= LONGEST) return safe;
  try {
    const entry = JSON.parse(line) as Record<string, unknown>;
    const shorter = `${withoutSecrets(printableJson(JSON.stringify(cut(entry, 0))))}\n`;
    if (shorter.length <= LONGEST) return shorter;
    const { level, time, service, msg } = entry;
    return `${JSON.stringify(cut({ level, time, service, msg, cut: true }, 0))}\n`;
  } catch {
    return `${JSON.stringify({ msg: printable(line, TEXT) })}\n`;
  }
}

function cut(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return printable(value, TEXT);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEPTH) return '…';
  if (Array.isArray(value)) {
    const items = value.slice(0, ITEMS).map((item) => cut(item, depth + 1));
    return value.length > ITEMS ? [...items, '…'] : items;
  }
  const fields = Object.entries(value);
  const kept = fields
    .slice(0, FIELDS)
    .map(([name, inner]) => [printable(name, 100), cut(inner, depth + 1)]);
  return Object.fromEntries(
    fields.length > FIELDS ? [...kept, ['…', fields.length - FIELDS]] : kept,
  );
}
