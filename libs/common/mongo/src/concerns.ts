import { ReadConcern, type WriteConcernSettings } from 'mongodb';

/**
 * How what decides a write is read, whatever the connection string prefers: a secondary may be
 * behind, and on the primary what no majority holds may be rolled back. A stale row whose version
 * is used again passes its compare-and-set.
 */
export const PROTOCOL_READ = {
  readPreference: 'primary',
  readConcern: new ReadConcern('majority'),
} as const;

/** An acknowledged write survives a failover. */
export const PROTOCOL_WRITE = { w: 'majority' } as const satisfies WriteConcernSettings;
