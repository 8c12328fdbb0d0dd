import { SEVERITIES, type Level } from '@iot/logs';
import type { LogDocument } from '@iot/mongo';
import { printable } from '@iot/printable';
import { equal, within } from '../lists/core/conditions.js';
import { listOf } from '../lists/list.js';
import { LogRow } from './log.row.js';
import type { LogsQuery } from './logs.query.js';

/** Fields of the filter, and of the query, that no index has. */
const UNINDEXED = new Set(['body', 'text', 'severity_number', 'level']);

/** Warnings and worse are few, and found by an index. */
function severity(level: Level | undefined): Record<string, unknown> {
  const least = level === undefined ? SEVERITIES.trace : SEVERITIES[level];
  return {
    ...(least >= SEVERITIES.warn && { severe: true }),
    ...(least > SEVERITIES.trace && level !== 'warn' && { severity_number: { $gte: least } }),
  };
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** Lines are stored printable: what was a tab in one is found by a tab. */
const having = (text: string | undefined) =>
  text === undefined ? {} : { body: { $regex: escaped(printable(text)), $options: 'i' } };

export const LOGS = listOf<LogDocument, LogRow, LogsQuery>({
  name: 'logs',
  collection: ({ logs }) => logs,
  stored: 'logs',
  orderBy: 'timestamp',
  filter: (selection) => {
    const { service, level, trace_id, device_id, event_id, text } = selection.filters;
    return {
      ...equal({ service, trace_id, device_id, event_id }),
      ...severity(level),
      ...having(text),
      ...within('timestamp', selection),
    };
  },
  row: LogRow,
  unindexed: (field) => UNINDEXED.has(field),
  // A text is asked of each line: 300 ms are enough for two.
  steps: 2,
  saysCut: true,
});
