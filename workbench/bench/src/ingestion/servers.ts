import { join } from 'node:path';
import type { ServiceHandle } from '@iot/local-stack';
import type { Lab } from '../run/lab.js';

/** Both servers share these, so that they are compared alike. */
const PRODUCER = {
  PRODUCER_SENDS_IN_FLIGHT: process.env['PRODUCER_SENDS_IN_FLIGHT'] ?? '1',
  PRODUCER_MAX_RECORDS: process.env['PRODUCER_MAX_RECORDS'] ?? '1000',
};

/** The ingestion API, producing to a topic that exists. */
export const startIngestion = (
  lab: Lab,
  topic: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ServiceHandle> =>
  lab.start('ingestion-api', { env: { ...PRODUCER, TELEMETRY_TOPIC: topic, ...env } });

/** The least that takes readings over HTTP (floor.ts), or the same by Nest (nest-floor.ts). */
export const startFloor = (
  lab: Lab,
  topic: string,
  name: 'floor' | 'nest-floor' = 'floor',
): Promise<ServiceHandle> =>
  lab.start(name, {
    entry: join(import.meta.dirname, `${name}.js`),
    env: { ...PRODUCER, TELEMETRY_TOPIC: topic },
  });
