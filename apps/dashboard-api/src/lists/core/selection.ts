import type { SensorCatalogue } from '@iot/telemetry';
import { decodeCursor, encodeCursor } from './cursor.js';
import type { Position } from './position.js';

export const DEFAULT_LIMIT = 100;
export const MAX_LIMIT = 1000;

/**
 * The query parameters that each list may have, each checked on its own. What a list takes besides
 * is a filter: a text, or absent.
 */
export interface ListQuery {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  /** Epoch milliseconds. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly device_id?: string | undefined;
  readonly sensor_type?: string | undefined;
}

/** The filters of a query: all of it but its page and its range. */
export type Filters<Q extends ListQuery> = Omit<Q, 'limit' | 'cursor' | 'from' | 'to'>;

/**
 * What of a list is asked for: rows that pass `filters` with a time in [from, to), behind `after`.
 */
export interface Selection<Q extends ListQuery = ListQuery> {
  readonly filters: Readonly<Filters<Q>>;
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly after: Position | undefined;
  /** As asked; undefined when the caller named none. */
  readonly limit: number | undefined;
  /** The list and its filters as a text, to tie cursors to. */
  readonly scope: string;
}

export interface ParameterError {
  readonly field: string;
  readonly message: string;
}

/** A query whose parameters do not fit together, or the installation. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  constructor(readonly errors: readonly ParameterError[]) {
    super(errors.map(({ message }) => message).join('; '));
  }
}

/** @throws QueryError naming the parameter and what is allowed */
export function select<Q extends ListQuery>(
  list: string,
  query: Q,
  catalogue: SensorCatalogue,
): Selection<Q> {
  const { limit, cursor, from, to, ...given } = query;
  const { sensor_type: sensor } = given;
  const errors: ParameterError[] = [];
  const sensor_type = sensor === undefined ? undefined : catalogue.canonical.get(sensor);
  if (sensor !== undefined && sensor_type === undefined)
    errors.push({
      field: 'sensor_type',
      message: `sensor_type must be one of ${[...catalogue.byName.keys()].join(', ')}`,
    });
  if (from !== undefined && to !== undefined && from > to)
    errors.push({ field: 'from', message: 'from must not be later than to' });
  const filters = { ...given, sensor_type } as Filters<Q>;
  const scope = scopeOf(list, filters as Record<string, unknown>, from, to);
  const after = cursor === undefined || errors.length > 0 ? undefined : decodeCursor(cursor, scope);
  if (cursor !== undefined && after === undefined && errors.length === 0)
    errors.push({
      field: 'cursor',
      message:
        'cursor must be the next_cursor of a page of this list, unchanged, with the same other parameters (limit may differ)',
    });
  if (errors.length > 0) throw new QueryError(errors);
  return { filters, from, to, after, limit, scope };
}

/**
 * The list, its filters and its range as a text. Some filters have a fixed place in it: a cursor
 * stays good while replicas of an older version answer too. Others follow by name.
 */
function scopeOf(list: string, filters: Record<string, unknown>, from?: number, to?: number) {
  const { device_id, sensor_type, window, status, severity, ...others } = filters;
  const more = Object.entries(others).filter(([, value]) => value !== undefined);
  return JSON.stringify([
    ...[list, device_id, sensor_type, window, status, severity, from, to],
    ...more.sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
}

/** The text that continues this selection behind `position`. */
export const cursorAt = ({ scope }: Pick<Selection, 'scope'>, position: Position): string =>
  encodeCursor(position, scope);
