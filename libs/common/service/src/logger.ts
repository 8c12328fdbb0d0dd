import { once, type EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';
import { logLine } from './log-line.js';

export type { Logger } from 'pino';

/**
 * The process's JSON logger, to standard output. @param tee takes each line too, after it was made
 * safe and short
 */
export const createLogger = (
  service: string,
  level: string,
  tee?: (line: string) => void,
): Logger =>
  pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    // An error may carry all that it was about, and text from outside.
    hooks: {
      streamWrite: !tee
        ? logLine
        : (line) => {
            const safe = logLine(line);
            tee(safe);
            return safe;
          },
    },
  });

const LAST_LINE_MS = 1000;

/**
 * Ends the process when its last line is written. As the process exits pino writes what is left,
 * and tries for ever where nobody reads it any more: so that is waited for before, and not for
 * ever.
 */
export async function endWith(line: string, log: Logger, code: number): Promise<never> {
  const level = code === 0 ? 'info' : 'error';
  if (!log.isLevelEnabled(level)) process.exit(code);
  const stream = (log as unknown as Record<symbol, EventEmitter>)[pino.symbols.streamSym]!;
  const written = once(stream, 'drain').then(
    () => true,
    () => true,
  );
  log[level](line);
  if (!(await Promise.race([written, delay(LAST_LINE_MS, false)])))
    process.removeAllListeners('exit');
  process.exit(code);
}

/**
 * Nest's own lines through pino. What Nest says of its routes and modules at start is for
 * debugging.
 */
export function nestLogger(log: Logger): LoggerService {
  const at =
    (level: 'debug' | 'warn' | 'error') =>
    (message: unknown, ...rest: unknown[]) =>
      log[level](
        { component: 'nest', ...(rest.length > 0 && { context: rest.at(-1) }) },
        String(message),
      );
  return {
    log: at('debug'),
    debug: at('debug'),
    verbose: at('debug'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('error'),
  };
}
