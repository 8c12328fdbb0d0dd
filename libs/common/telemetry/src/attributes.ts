/** What a reading's `attributes` may be. */
export const ATTRIBUTES = {
  /** Of their JSON text in UTF-8. */
  bytes: 4096,
  /** Objects and arrays within each other, the attributes themselves included. */
  depth: 5,
  /** Fields and elements, at all depths together. */
  values: 100,
} as const;

export const ATTRIBUTES_RULE = `must be an object of at most ${ATTRIBUTES.values} fields and elements, ${ATTRIBUTES.depth} levels and ${ATTRIBUTES.bytes} bytes of JSON`;

/**
 * The JSON text of a reading's attributes, which is how they are kept everywhere: what is in them is
 * between a device and the program of its machine.
 * @param value of JSON
 * @returns undefined where they are none, or more than they may be
 */
export function attributesText(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  if (valuesLeft(value, ATTRIBUTES.depth, ATTRIBUTES.values) < 0) return undefined;
  const text = JSON.stringify(value);
  return Buffer.byteLength(text) <= ATTRIBUTES.bytes ? text : undefined;
}

/** How many values may come after this one; negative: there are too many, or too deep ones. */
function valuesLeft(value: object, depth: number, values: number): number {
  if (depth === 0) return -1;
  let left = values;
  for (const key in value) {
    if (--left < 0) return left;
    const one = (value as Record<string, unknown>)[key];
    if (typeof one === 'object' && one !== null) left = valuesLeft(one, depth - 1, left);
    // What JSON writes as 1e999 would be null when it is written again.
    else if (typeof one === 'number' && !Number.isFinite(one)) return -1;
    if (left < 0) return left;
  }
  return left;
}
