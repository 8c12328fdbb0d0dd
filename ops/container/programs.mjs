/** What the image can run, by the name that SERVICE takes: the built entry, and for a service the port it listens on unless PORT says otherwise. */
export const PROGRAMS = {
  'ingestion-api': { entry: 'apps/ingestion-api/dist/main.js', port: 8001 },
  'dashboard-api': { entry: 'apps/dashboard-api/dist/main.js', port: 8002 },
  'aggregator-worker': { entry: 'apps/aggregator-worker/dist/main.js', port: 8003 },
  'alerts-worker': { entry: 'apps/alerts-worker/dist/main.js', port: 8004 },
  'load-generator': { entry: 'tools/load-generator/dist/main.js' },
  telemetryctl: { entry: 'tools/telemetryctl/dist/main.js' },
};
