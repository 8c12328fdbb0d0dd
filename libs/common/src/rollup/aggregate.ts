/** What a rollup row says of the values in its window. `min` and `max` are ±Infinity while count is 0. */
export interface Aggregate {
  count: number;
  sum: number;
  min: number;
  max: number;
}

export const emptyAggregate = (): Aggregate => ({ count: 0, sum: 0, min: Infinity, max: -Infinity });

/** Adds one value in place. */
export function addValue(into: Aggregate, value: number): void {
  into.count++;
  into.sum += value;
  if (value < into.min) into.min = value;
  if (value > into.max) into.max = value;
}

/** Adds all that `other` holds, in place. Associative and commutative but for the rounding of `sum`. */
export function mergeInto(into: Aggregate, other: Aggregate): void {
  into.count += other.count;
  into.sum += other.sum;
  if (other.min < into.min) into.min = other.min;
  if (other.max > into.max) into.max = other.max;
}
