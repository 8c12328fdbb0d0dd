import { chance } from './hash.js';

const SALT = { signal: 41, far: 42, status: 43, since: 44, random: 45 };
/** Readings in a row for which a machine stays as it is. */
const STATUS_BLOCK = 20;
const STATUSES = ['running', 'running', 'running', 'running', 'idle', 'idle', 'service', 'fault'];
const RANDOM = ['a', 'b', 'c'] as const;

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/**
 * What a machine sends beside its sensors' values, as JSON: the strength of its radio signal, dBm,
 * what it does, the number of its reading, and data of no meaning. A pure function of seed, machine
 * and the reading's number.
 */
export function attributes(seed: number, machine: number, seq: number): string {
  const block = Math.floor(seq / STATUS_BLOCK);
  const far = 30 * chance(seed, machine, 0, SALT.far);
  const status = STATUSES[Math.floor(chance(seed, machine, block, SALT.status) * STATUSES.length)];
  const random = Object.fromEntries(
    RANDOM.map((name, i) => [name, rounded(chance(seed, machine, seq, SALT.random + i))]),
  );
  const signal = Math.round(-50 - far - 10 * chance(seed, machine, seq, SALT.signal));
  return JSON.stringify({ signal, status, cycle: seq, random });
}
