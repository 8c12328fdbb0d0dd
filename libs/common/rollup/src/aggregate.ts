/**
 * What a rollup row says of the values in its window. `min` and `max` are ±Infinity while count is
 * 0.
 */
export interface Aggregate {
  count: number;
  sum: number;
  min: number;
  max: number;
}

/**
 * Values beyond it count in no row; the telemetry contract refuses them where they come in. Raw
 * events of an older version may hold some.
 */
export const LARGEST_VALUE = 1e100;

/** Whether a stored value counts. */
export const counts = (value: unknown): value is number =>
  typeof value === 'number' && Math.abs(value) <= LARGEST_VALUE;

/**
 * Whether an aggregate can be one of values that count: an older version made rows of others, whose
 * sum overflowed.
 */
export const isSound = ({ sum, min, max }: Readonly<Aggregate>): boolean =>
  counts(min) && counts(max) && Number.isFinite(sum);

export const emptyAggregate = (): Aggregate => ({
  count: 0,
  sum: 0,
  min: Infinity,
  max: -Infinity,
});

/** Adds one value in place. */
export function addValue(into: Aggregate, value: number): void {
  into.count++;
  into.sum += value;
  if (value < into.min) into.min = value;
  if (value > into.max) into.max = value;
}

/**
 * Adds all that `other` holds, in place. Associative and commutative but for the rounding of `sum`.
 */
export function mergeInto(into: Aggregate, other: Aggregate): void {
  into.count += other.count;
  into.sum += other.sum;
  if (other.min < into.min) into.min = other.min;
  if (other.max > into.max) into.max = other.max;
}
