import type { MongoClient } from 'mongodb';
import { install } from './install.js';

const POOL_CHECK_MS = 10_000;

/**
 * The driver looks through its pool of connections ten times a second, which costs an idle process
 * 0.1 % of a core. It has no public option for that. Without a minimum to keep up, nothing waits
 * for it: a connection that is of no use any more is also noticed when it is taken.
 */
export function checkPoolSeldom({ options }: MongoClient): void {
  if (install() && options.minPoolSize === 0)
    Object.assign(options, { minPoolSizeCheckFrequencyMS: POOL_CHECK_MS });
}
