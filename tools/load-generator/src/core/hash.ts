/**
 * A well-mixed 32-bit number out of a seed and three more: the generator's only source of chance.
 * It has no state, so what happens to one reading never depends on how many came before it.
 */
export function mix(seed: number, a: number, b: number, salt: number): number {
  let h = seed ^ Math.imul(a ^ 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) ^ Math.imul(b ^ 0x7f4a7c15, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 13), 0x297a2d39) ^ Math.imul(salt, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** {@link mix} as a number in [0, 1). */
export const chance = (seed: number, a: number, b: number, salt: number): number =>
  mix(seed, a, b, salt) / 4294967296;
