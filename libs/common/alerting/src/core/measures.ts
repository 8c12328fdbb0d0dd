import type { CompiledRule } from './compiled-rule.js';

/*
 * What rates and windows keep of earlier readings: a few numbers for each device and rule, however
 * many readings there are. All of it follows from the readings in their order, and from nothing
 * else.
 */

/**
 * The change per `perMs` since a reading that is between one half of `overMs` and all of it older.
 * Undefined: there is none, as after a gap.
 * @param memory time and value of that reading, then of the one that will take its place; empty at
 *   first
 */
export function rateOf(
  memory: number[],
  { overMs, perMs, turn }: NonNullable<CompiledRule['rate']>,
  value: number,
  ts: number,
): number | undefined {
  while (memory.length > 0 && ts - memory[0]! > overMs) memory.splice(0, 2);
  if (memory.length === 0) {
    memory.push(ts, value);
    return undefined;
  }
  const elapsed = ts - memory[0]!;
  if (elapsed * 2 < overMs) return undefined;
  const rate = ((value - memory[1]!) / elapsed) * perMs;
  if (memory.length === 2) memory.push(ts, value);
  return turn(rate);
}

/**
 * The value of the window that this reading shows to be over; undefined: none is over. Windows
 * without readings have no average, minimum or maximum; where some went by, `count` is 0.
 * @param memory start of the window that is open, then count, sum, minimum and maximum; empty at
 *   first
 */
export function windowOver(
  memory: number[],
  { ms, aggregate }: NonNullable<CompiledRule['window']>,
  value: number,
  ts: number,
): number | undefined {
  const start = Math.floor(ts / ms) * ms;
  if (memory[0] === start) {
    memory[1]!++;
    memory[2]! += value;
    memory[3] = Math.min(memory[3]!, value);
    memory[4] = Math.max(memory[4]!, value);
    return undefined;
  }
  const over = memory.length === 0 ? undefined : valueOf(memory, aggregate, start - ms);
  memory.splice(0, memory.length, start, 1, value, value, value);
  return over;
}

/** @param last start of the last window that is over */
function valueOf(
  [start, count, sum, min, max]: number[],
  aggregate: NonNullable<CompiledRule['window']>['aggregate'],
  last: number,
): number {
  switch (aggregate) {
    case 'count':
      return start === last ? count! : 0;
    case 'avg':
      return sum! / count!;
    case 'min':
      return min!;
    case 'max':
      return max!;
  }
}
