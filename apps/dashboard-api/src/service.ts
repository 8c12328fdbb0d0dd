import { refuseForeign, serveOpenApi, type ServiceDefinition } from '@iot/service';
import { SensorCatalogue } from '@iot/telemetry';
import { withSecurity } from './access/openapi-security.js';
import { dashboardConfig, type DashboardConfig } from './config.js';
import { DashboardModule } from './dashboard.module.js';
import { withInstallation } from './openapi.js';
import { Rules } from './overview/rules.js';

/** A device id has up to 128 characters, and each may be percent-encoded. */
const LONGEST_PARAMETER = 3 * 128;

const ABOUT =
  'Readings, rollups, alerts and devices. Lists have the newest first and come as JSON, CSV or NDJSON by the Accept header. ' +
  'Errors are problem documents (RFC 9457), also 404 for what is not there, 405 for a method that a path does not have, and 414 for paths that are too long.';

/** The dashboard API: reads from MongoDB, and writes who may do so. */
export const service: ServiceDefinition<DashboardConfig> = {
  name: 'dashboard-api',
  config: dashboardConfig,
  modules: (config) => [DashboardModule.forRoot(config)],
  server: ({ TRUSTED_PROXIES }) => ({
    ...(TRUSTED_PROXIES.length > 0 && { trustProxy: [...TRUSTED_PROXIES] }),
    routerOptions: { maxParamLength: LONGEST_PARAMETER, ignoreTrailingSlash: true },
  }),
  foreign: refuseForeign,
  prepare: (app, { AUTH, CORS_ORIGINS }) => {
    if (CORS_ORIGINS.length > 0)
      app.enableCors({
        origin: CORS_ORIGINS.includes('*') ? '*' : CORS_ORIGINS,
        methods: ['GET', 'HEAD'],
      });
    serveOpenApi(app, 'IoT telemetry: dashboard API', ABOUT, (document) =>
      withSecurity(
        withInstallation(document, app.get(SensorCatalogue)),
        AUTH === 'on',
        app.get(Rules).all(),
      ),
    );
  },
};
