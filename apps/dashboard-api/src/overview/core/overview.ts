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

/** The same for a browser. */
export function overviewPage(version: string, endpoints: readonly Endpoint[]): string {
  const rows = [...endpoints, ...OPERATIONS].map(([path, what]) => {
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
