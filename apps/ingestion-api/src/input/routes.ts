import { BatchRoute, type BatchOptions } from './batch.js';
import type { Routes } from './door.js';
import type { Receiver } from './receiver.js';
import { singleRoute } from './single.js';

/** The paths that take readings. */
export const ingestRoutes = (receiver: Receiver, options: BatchOptions): Routes =>
  new Map([
    ['/ingest', singleRoute(receiver, options)],
    ['/ingest/batch', new BatchRoute(receiver, options).handle],
  ]);
