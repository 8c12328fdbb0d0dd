import { problem, sendProblem, serveOpenApi, type ServiceDefinition } from '@iot/common/service';
import { SensorCatalogue } from '@iot/common/telemetry';
import { dashboardConfig, type DashboardConfig } from './config.js';
import { DashboardModule } from './dashboard.module.js';
import { withInstallation } from './input/openapi.js';
import { refuseOtherMethods } from './input/other-methods.js';

/** A device id has up to 128 characters, and each may be percent-encoded. */
const LONGEST_PARAMETER = 3 * 128;

const ABOUT =
  'Readings, rollups, alerts and devices. Lists have the newest first and come as JSON, CSV or NDJSON by the Accept header. ' +
  'Errors are problem documents (RFC 9457), also 404 for what is not there, 405 for methods other than GET and HEAD, and 414 for paths that are too long.';

/** The dashboard API: reads from MongoDB, and writes nothing. */
export const definition: ServiceDefinition<DashboardConfig> = {
  name: 'dashboard-api',
  config: () => dashboardConfig(),
  modules: (config) => [DashboardModule.forRoot(config)],
  server: () => ({
    routerOptions: { maxParamLength: LONGEST_PARAMETER, ignoreTrailingSlash: true },
    frameworkErrors: (error, _request, reply) => {
      const tooLong = error.statusCode === 414;
      const detail = tooLong ? 'The path is too long: a device_id has at most 128 characters.' : `The path is not valid: ${error.message}.`;
      sendProblem(reply as never, problem(error.statusCode ?? 400, detail, tooLong ? { title: 'URI Too Long' } : {}));
    },
  }),
  prepare: (app, { CORS_ORIGINS }) => {
    refuseOtherMethods(app.getHttpAdapter().getInstance() as never);
    if (CORS_ORIGINS.length > 0) app.enableCors({ origin: CORS_ORIGINS.includes('*') ? '*' : CORS_ORIGINS, methods: ['GET', 'HEAD'] });
    serveOpenApi(app, 'IoT telemetry: dashboard API', ABOUT, (document) => withInstallation(document, app.get(SensorCatalogue)));
  },
};
