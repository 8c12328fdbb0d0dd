import { list, loadConfig, mongoEnv, readingEnv, serviceEnv } from '@iot/common/config';

const PORT = 8002;

/** The environment of this service. */
export const dashboardEnv = {
  ...serviceEnv(PORT),
  ...mongoEnv,
  SENSORS_FILE: readingEnv.SENSORS_FILE,
  CORS_ORIGINS: list({
    default: [],
    pattern: /^(\*|https?:\/\/[^/\s]+)$/,
    allowed: 'origins such as https://dash.example.com, comma-separated, or *',
    desc: 'web origins that may read this API from a browser; none by default',
  }),
};

export type DashboardConfig = ReturnType<typeof loadConfig<typeof dashboardEnv>>;

/** @throws ConfigError naming every bad variable */
export const dashboardConfig = (env: NodeJS.ProcessEnv = process.env): DashboardConfig => loadConfig(dashboardEnv, env);
