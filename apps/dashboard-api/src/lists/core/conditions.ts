import type { ListQuery, Selection } from './selection.js';

type Condition = Record<string, unknown>;

/** The time range of a selection, on `field`: from included, to not. */
export const within = (
  field: string,
  { from, to }: Pick<Selection<ListQuery>, 'from' | 'to'>,
): Condition =>
  from === undefined && to === undefined
    ? {}
    : {
        [field]: {
          ...(from !== undefined && { $gte: new Date(from) }),
          ...(to !== undefined && { $lt: new Date(to) }),
        },
      };

/** Those of `fields` that are asked for. */
export const equal = (fields: Record<string, unknown>): Condition =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** That a document has `field`; undefined: not asked for. */
export const having = (field: string | undefined): Condition =>
  field === undefined ? {} : { [field]: { $exists: true } };
