import type { SaidLine } from './lines.js';

type Said = Readonly<Record<string, unknown>>;

const listOf = (value: unknown): readonly Said[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null) : [];

/** The lines of `resourceLogs`, as OTLP has them in JSON. */
export const linesOfOtlp = (resourceLogs: unknown): readonly SaidLine[] =>
  listOf(resourceLogs).flatMap((group) => {
    const resource = attributesOf((group['resource'] as Said | undefined)?.['attributes']);
    return listOf(group['scopeLogs']).flatMap((scope) =>
      listOf(scope['logRecords']).map((record) => ({
        time: timeOf(record),
        severityNumber: record['severityNumber'],
        severityText: record['severityText'],
        body: valueOf(record['body'], 0),
        traceId: record['traceId'],
        spanId: record['spanId'],
        resource,
        attributes: attributesOf(record['attributes']),
      })),
    );
  });

/** 0 is how the protocol says that a time is not known. */
const timeOf = ({ timeUnixNano, observedTimeUnixNano }: Said): unknown =>
  Number(timeUnixNano ?? 0) > 0 ? timeUnixNano : observedTimeUnixNano;

const attributesOf = (pairs: unknown): Said =>
  Object.fromEntries(listOf(pairs).map(({ key, value }) => [String(key), valueOf(value, 0)]));

const DEEPEST = 8;

/** A value of the protocol, which names its type, as JSON has it. */
function valueOf(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return undefined;
  const said = value as Said;
  if ('stringValue' in said) return said['stringValue'];
  if ('boolValue' in said) return said['boolValue'];
  if ('intValue' in said) return Number(said['intValue']);
  if ('doubleValue' in said) return said['doubleValue'];
  if ('bytesValue' in said) return said['bytesValue'];
  if ('arrayValue' in said)
    return listOf((said['arrayValue'] as Said | null)?.['values']).map((one) =>
      valueOf(one, depth + 1),
    );
  if ('kvlistValue' in said)
    return Object.fromEntries(
      listOf((said['kvlistValue'] as Said | null)?.['values']).map((pair) => [
        String(pair['key']),
        valueOf(pair['value'], depth + 1),
      ]),
    );
  return undefined;
}
