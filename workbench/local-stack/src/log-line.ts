import { printable } from '@iot/printable';

const SHOWN = ['warn', 'error', 'fatal'];
// Pino's numbers, for loggers that are not told to write names.
const LEVELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

/** Most characters of a line that are shown; the log file has more. */
const LONGEST = 600;

/**
 * A service's log line as the terminal shows it, or undefined when it is not shown: warnings and
 * worse, or everything when `all` is set. What is not JSON, such as the stack of a crash, is shown
 * as it is.
 */
export function terminalLine(service: string, line: string, all: boolean): string | undefined {
  const entry = parse(line);
  if (!entry) return line.trim() === '' ? undefined : `[${service}] ${printable(line, LONGEST)}`;
  if (!SHOWN.includes(entry.level) && !all) return undefined;
  const detail =
    entry.problem === undefined || entry.msg.includes(entry.problem) ? '' : `: ${entry.problem}`;
  return `[${service}] ${printable(entry.level.toUpperCase(), 10)} ${printable(entry.msg + detail, LONGEST)}`;
}

function parse(
  line: string,
): { level: string; msg: string; problem: string | undefined } | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry = JSON.parse(line) as {
      level?: unknown;
      msg?: unknown;
      error?: unknown;
      reason?: unknown;
      err?: { message?: unknown };
    };
    const level = typeof entry.level === 'number' ? LEVELS[entry.level] : entry.level;
    if (typeof level !== 'string') return undefined;
    const problem = entry.err?.message ?? entry.error ?? entry.reason;
    return {
      level,
      msg: String(entry.msg ?? ''),
      problem: typeof problem === 'string' ? problem : undefined,
    };
  } catch {
    return undefined;
  }
}
