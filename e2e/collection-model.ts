/**
 * A collection as it should behave: an array, looked through from one end to the other. Knows just
 * the operators that the test asks for.
 */

export type Value = string | number | boolean | Date | null | Value[] | { [field: string]: Value };
export type Row = Record<string, Value>;
export type Query = Record<string, unknown>;

// By type first, in the order that MongoDB documents.
function rank(value: Value | undefined): number {
  if (value === undefined || value === null) return 0;
  if (typeof value === 'number') return 1;
  if (typeof value === 'string') return 2;
  if (value instanceof Date) return 6;
  if (Array.isArray(value)) return 4;
  return typeof value === 'boolean' ? 5 : 3;
}

const scalar = (value: Value | undefined): number | string => {
  if (value instanceof Date) return value.getTime();
  return typeof value === 'string' ? value : Number(value ?? 0);
};

/** Negative, 0 or positive; of documents and arrays only whether they are equal. */
export function compareValues(a: Value | undefined, b: Value | undefined): number {
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (rank(a) === 3 || rank(a) === 4) return JSON.stringify(a) === JSON.stringify(b) ? 0 : 1;
  const [x, y] = [scalar(a), scalar(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

export const valueAt = (row: Row, path: string): Value | undefined => {
  const [first, ...others] = path.split('.');
  const value = row[first!];
  if (others.length === 0) return value;
  return rank(value) === 3 ? valueAt(value as Row, others.join('.')) : undefined;
};

const isOperators = (condition: unknown): condition is Query =>
  rank(condition as Value) === 3 &&
  Object.keys(condition as Query).some((key) => key.startsWith('$'));

/** An array matches when it does as a whole or when one of its elements does. */
const some = (value: Value | undefined, holds: (one: Value | undefined) => boolean): boolean =>
  holds(value) || (Array.isArray(value) && value.some(holds));

function holds(value: Value | undefined, operator: string, operand: Value): boolean {
  const comparable = (one: Value | undefined): boolean =>
    rank(one) === rank(operand) && rank(operand) !== 0;
  switch (operator) {
    case '$eq':
      return some(value, (one) => compareValues(one, operand) === 0);
    case '$ne':
      return !holds(value, '$eq', operand);
    case '$in':
      return (operand as Value[]).some((candidate) => holds(value, '$eq', candidate));
    case '$exists':
      return (value !== undefined) === operand;
    case '$gt':
      return some(value, (one) => comparable(one) && compareValues(one, operand) > 0);
    case '$gte':
      return some(value, (one) => comparable(one) && compareValues(one, operand) >= 0);
    case '$lt':
      return some(value, (one) => comparable(one) && compareValues(one, operand) < 0);
    case '$lte':
      return some(value, (one) => comparable(one) && compareValues(one, operand) <= 0);
    default:
      throw new Error(`The model does not know ${operator}.`);
  }
}

export function matches(row: Row, query: Query): boolean {
  return Object.entries(query).every(([key, condition]) => {
    if (key === '$and') return (condition as Query[]).every((one) => matches(row, one));
    if (key === '$or') return (condition as Query[]).some((one) => matches(row, one));
    const operators = isOperators(condition) ? condition : { $eq: condition };
    return Object.entries(operators).every(([operator, operand]) =>
      holds(valueAt(row, key), operator, operand as Value),
    );
  });
}

export const sorted = (rows: readonly Row[], sort: Record<string, 1 | -1>): Row[] =>
  [...rows].sort((a, b) => {
    for (const [field, direction] of Object.entries(sort)) {
      const order = compareValues(valueAt(a, field), valueAt(b, field)) * direction;
      if (order !== 0) return order;
    }
    return 0;
  });
