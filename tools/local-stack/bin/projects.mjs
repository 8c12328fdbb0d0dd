/** The folders of the four services, for the compiler. */
export const SERVICE_PROJECTS = ['apps/ingestion-api', 'apps/dashboard-api', 'apps/aggregator-worker', 'apps/alerts-worker'];
