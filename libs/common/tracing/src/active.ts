import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { settingsOf, type TracesConfig } from './core/settings.js';
import type { Tracing } from './tracing.js';

let active: Tracing | undefined;

/**
 * The traces of this process; undefined: there are none. One for the process, as OpenTelemetry has
 * it. Ask when a part is made, not when it works.
 */
export const activeTracing = (): Tracing | undefined => active;

/**
 * Begins to keep traces where the configuration says so. Before that nothing of OpenTelemetry is
 * loaded. To be called before anything that has traces is made.
 */
export async function startTracing(
  service: string,
  version: string,
  config: TracesConfig,
  log: Logger,
): Promise<Tracing | undefined> {
  const instance = `${hostname()}:${process.pid}`;
  const settings = settingsOf(config, { service, version, instance });
  if (!settings) return undefined;
  const { openTelemetry } = await import('./open-telemetry.js');
  active = openTelemetry(settings, log);
  log.info({ url: settings.url }, 'traces are sent');
  return active;
}
