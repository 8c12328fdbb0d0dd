import type { DiagLogger } from '@opentelemetry/api';
import type { Logger } from 'pino';

/** A receiver that is away is told of once in so long. */
const SAY_AGAIN_MS = 60_000;
const LONGEST = 500;

/**
 * What OpenTelemetry has to say, as lines of the service, and seldom.
 * @param secrets what a receiver may give back in its answer, and no line may have
 */
export function diagnostics(log: Logger, secrets: readonly string[]): DiagLogger {
  let saidAt = -Infinity;
  const say = (...what: unknown[]): void => {
    const now = performance.now();
    if (now - saidAt < SAY_AGAIN_MS) return;
    saidAt = now;
    const said = what.map((part) => (typeof part === 'string' ? part : String(part))).join(' ');
    const error = secrets
      .reduce((text, secret) => text.replaceAll(secret, '…'), said)
      .slice(0, LONGEST);
    log.warn({ component: 'opentelemetry', error }, 'traces are lost');
  };
  const silent = (): void => undefined;
  return { error: say, warn: say, info: silent, debug: silent, verbose: silent };
}
