import type { DiagLogger } from '@opentelemetry/api';
import type { Logger } from 'pino';

/** A receiver that is away is told of once in so long. */
const SAY_AGAIN_MS = 60_000;
const LONGEST = 500;

/** What OpenTelemetry has to say, as lines of the service, and seldom. */
export function diagnostics(log: Logger): DiagLogger {
  let saidAt = -Infinity;
  const say = (...what: unknown[]): void => {
    const now = performance.now();
    if (now - saidAt < SAY_AGAIN_MS) return;
    saidAt = now;
    const said = what.map((part) => (typeof part === 'string' ? part : String(part))).join(' ');
    log.warn({ component: 'opentelemetry', error: said.slice(0, LONGEST) }, 'traces are lost');
  };
  const silent = (): void => undefined;
  return { error: say, warn: say, info: silent, debug: silent, verbose: silent };
}
