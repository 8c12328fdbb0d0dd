import { gzipSync } from 'node:zlib';
import { postRequest } from './http-driver.js';

/** What a benchmark sends: requests of so many readings each. */
export interface Workload {
  readonly name: string;
  readonly connections: number;
  readonly readingsPerRequest: number;
  /** Requests of one measured round. */
  readonly requests: number;
  /** Times the floor's CPU that it may cost. */
  readonly atMost: number;
  /** Measured by Nest too, to see what it would cost. */
  readonly byNest?: true;
  /** The requests, whose readings are not newer than `now`. */
  readonly prepared: (now: number) => Buffer[];
}

const DEVICES = 1000;

/** About 130 bytes of JSON: what a device sends, with a time of its own. */
export function reading(n: number, now: number): object {
  return {
    device_id: `device-${String(n % DEVICES).padStart(4, '0')}`,
    ts: now - (n % 3_600_000),
    temperature_c: 20 + (n % 100) / 10,
    humidity: 40 + (n % 300) / 10,
    voltage: 229.5 + (n % 7) / 10,
  };
}

const json = (n: number, now: number): string => JSON.stringify(reading(n, now));
const readings = (from: number, count: number, now: number): string[] =>
  Array.from({ length: count }, (_, i) => json(from + i, now));

const many = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

/** The three ways in that the targets are set for. */
export const WORKLOADS: readonly Workload[] = [
  {
    name: 'single POST',
    connections: 64,
    readingsPerRequest: 1,
    requests: 60_000,
    atMost: 1.4,
    byNest: true,
    prepared: (now) =>
      many(5000, (i) => postRequest('/ingest', 'application/json', Buffer.from(json(i * 7, now)))),
  },
  {
    name: 'batch of 100',
    connections: 16,
    readingsPerRequest: 100,
    requests: 3000,
    atMost: 1.3,
    prepared: (now) =>
      many(300, (i) =>
        postRequest(
          '/ingest/batch',
          'application/json',
          Buffer.from(`[${readings(i * 100, 100, now).join()}]`),
        ),
      ),
  },
  {
    name: 'gzip NDJSON of 1000',
    connections: 8,
    readingsPerRequest: 1000,
    requests: 300,
    atMost: 1.3,
    prepared: (now) =>
      many(60, (i) =>
        postRequest(
          '/ingest/batch',
          'application/x-ndjson',
          gzipSync(readings(i * 1000, 1000, now).join('\n')),
          'gzip',
        ),
      ),
  },
];
