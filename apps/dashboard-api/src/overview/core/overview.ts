import type { Overview } from '../overview.model.js';

/** A path, and in a few words what is there. */
export type Endpoint = readonly [path: string, what: string];

/** What every service has. */
const OPERATIONS: readonly Endpoint[] = [
  ['/docs', 'this API for people'],
  ['/openapi.json', 'this API for programs (OpenAPI 3.1)'],
  ['/health', 'state of this service'],
  ['/metrics', 'metrics for Prometheus'],
];

const LISTS =
  'Lists have the newest first, take limit (default 100, at most 1000) and cursor, and come as JSON, CSV or NDJSON by the Accept header.';

/** What there is to see, by path: for `GET /`. */
export const overview = (version: string, endpoints: readonly Endpoint[]): Overview => ({
  name: 'IoT telemetry dashboard API',
  version,
  about: LISTS,
  endpoints: Object.fromEntries([...endpoints, ...OPERATIONS]),
});
