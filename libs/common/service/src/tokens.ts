/** Who this process is, in `/health` and the logs. */
export interface ServiceInfo {
  readonly service: string;
  readonly version: string;
}

export const SERVICE_INFO = Symbol('ServiceInfo');
/** The process's pino logger. */
export const LOGGER = Symbol('Logger');
/** The bearer token of `/metrics`; undefined: none is asked for. */
export const METRICS_TOKEN = Symbol('MetricsToken');
