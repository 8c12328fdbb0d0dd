/** What there is to see, by path: for `GET /`. */
const ENDPOINTS: readonly (readonly [path: string, what: string])[] = [
  ['/telemetry', 'readings of all devices'],
  ['/aggregated', 'rollup rows: count, sum, min, max and average by device, sensor and window'],
  ['/alerts', 'alerts by the time of the violation; try ?status=active'],
  ['/alerts/recent', 'alerts by the time they were raised'],
  ['/devices', 'devices with their latest values'],
  ['/devices/{id}/telemetry', 'readings of one device'],
  [
    '/devices/{id}/aggregates',
    'rollup rows of one device; try ?window=1m&sensor_type=temperature_c',
  ],
  ['/sensors/latest', 'latest value of each sensor of each device'],
  ['/sensors/history', 'values of sensors one by one; try ?device_id=…&limit=10'],
  ['/stats', 'counts, active alerts by severity, the last reading'],
  ['/platform', 'the services themselves: replicas, rollouts, autoscaling, consumer lag'],
  ['/docs', 'this API for people'],
  ['/openapi.json', 'this API for programs (OpenAPI 3.1)'],
  ['/health', 'state of this service'],
  ['/metrics', 'metrics for Prometheus'],
];

const LISTS =
  'Lists have the newest first, take limit (default 100, at most 1000) and cursor, and come as JSON, CSV or NDJSON by the Accept header.';

export interface Overview {
  readonly name: string;
  readonly version: string;
  readonly about: string;
  readonly endpoints: Readonly<Record<string, string>>;
}

export const overview = (version: string): Overview => ({
  name: 'IoT telemetry dashboard API',
  version,
  about: LISTS,
  endpoints: Object.fromEntries(ENDPOINTS),
});

/** The same for a browser. */
export function overviewPage(version: string): string {
  const rows = ENDPOINTS.map(([path, what]) => {
    const name = path.includes('{')
      ? `<code>${path}</code>`
      : `<a href="${path}"><code>${path}</code></a>`;
    return `<tr><td>${name}</td><td>${what.replaceAll('&', '&amp;')}</td></tr>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>IoT telemetry</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}td{padding:.15rem 1rem .15rem 0;vertical-align:top}</style></head>
<body><h1>IoT telemetry dashboard API</h1><p>Version ${version}. ${LISTS}</p><table>
${rows.join('\n')}
</table></body></html>
`;
}
