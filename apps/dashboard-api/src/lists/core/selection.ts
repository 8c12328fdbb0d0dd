import type { SensorCatalogue } from '@iot/telemetry';
import { decodeCursor, encodeCursor } from './cursor.js';
import type { Position } from './position.js';

export const DEFAULT_LIMIT = 100;
export const MAX_LIMIT = 1000;

/** Equality filters that a list may have. */
export interface Filters {
  readonly device_id?: string | undefined;
  readonly sensor_type?: string | undefined;
  readonly window?: string | undefined;
  readonly status?: string | undefined;
  readonly severity?: string | undefined;
}

/** The query parameters of a list, each checked on its own. */
export interface ListQuery extends Filters {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  /** Epoch milliseconds. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/**
 * What of a list is asked for: rows that pass `filters` with a time in [from, to), behind `after`.
 */
export interface Selection {
  readonly filters: Filters;
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
export function select(list: string, query: ListQuery, catalogue: SensorCatalogue): Selection {
  const {
    limit,
    cursor,
    from,
    to,
    device_id,
    sensor_type: sensor,
    window,
    status,
    severity,
  } = query;
  const errors: ParameterError[] = [];
  const sensor_type = sensor === undefined ? undefined : catalogue.canonical.get(sensor);
  if (sensor !== undefined && sensor_type === undefined)
    errors.push({
      field: 'sensor_type',
      message: `sensor_type must be one of ${[...catalogue.byName.keys()].join(', ')}`,
    });
  if (from !== undefined && to !== undefined && from > to)
    errors.push({ field: 'from', message: 'from must not be later than to' });
  const scope = JSON.stringify([list, device_id, sensor_type, window, status, severity, from, to]);
  const after = cursor === undefined || errors.length > 0 ? undefined : decodeCursor(cursor, scope);
  if (cursor !== undefined && after === undefined && errors.length === 0)
    errors.push({
      field: 'cursor',
      message:
        'cursor must be the next_cursor of a page of this list, unchanged, with the same other parameters (limit may differ)',
    });
  if (errors.length > 0) throw new QueryError(errors);
  return {
    filters: { device_id, sensor_type, window, status, severity },
    from,
    to,
    after,
    limit,
    scope,
  };
}

/** The text that continues this selection behind `position`. */
export const cursorAt = (selection: Selection, position: Position): string =>
  encodeCursor(position, selection.scope);
