/** The fields of an index in their order, each ascending or descending. */
export type IndexKey = Readonly<Record<string, 1 | -1>>;

/** How an index answers a query that is sorted by one field, the newest first. */
export interface IndexPlan {
  readonly index: IndexKey;
  /** The part of the filter that the index answers: only documents that pass it are looked at. */
  readonly served: Readonly<Record<string, unknown>>;
  /**
   * Fields that each document found has to be asked for. Empty: every document looked at is in the
   * answer.
   */
  readonly residual: readonly string[];
}

/**
 * The index that serves a query: fields that the filter gives a value, then the field that it is
 * sorted by, on which the filter may have a range. Of several the one that leaves the fewest
 * documents to look at in vain. Undefined: the whole collection would be read, or sorted in memory.
 * @param filter fields of the top level, each with a value or with operators
 */
export function planOf(
  filter: Readonly<Record<string, unknown>>,
  orderBy: string,
  indexes: readonly IndexKey[],
): IndexPlan | undefined {
  const fields = Object.keys(filter);
  const hasValue = (field: string): boolean => fields.includes(field) && isValue(filter[field]);
  // There is one document at most of an _id.
  if (hasValue('_id')) return { index: { _id: 1 }, served: { _id: filter['_id'] }, residual: [] };
  const plans = indexes.flatMap((index): IndexPlan[] => {
    const keys = Object.keys(index);
    const at = keys.indexOf(orderBy);
    if (at < 0 || !keys.slice(0, at).every(hasValue)) return [];
    const answered = fields.filter((field) => keys.slice(0, at + 1).includes(field));
    const served = Object.fromEntries(answered.map((field) => [field, filter[field]]));
    return [{ index, served, residual: fields.filter((field) => !answered.includes(field)) }];
  });
  return plans.sort((a, b) => a.residual.length - b.residual.length)[0];
}

const isValue = (value: unknown): boolean =>
  value === null ||
  typeof value !== 'object' ||
  value instanceof Date ||
  !Object.keys(value).some((key) => key.startsWith('$'));
