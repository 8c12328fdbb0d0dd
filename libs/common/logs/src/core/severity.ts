/** The levels of the services' lines with OpenTelemetry's severity numbers, least severe first. */
export const SEVERITIES = {
  trace: 1,
  debug: 5,
  info: 9,
  warn: 13,
  error: 17,
  fatal: 21,
} as const;

export type Level = keyof typeof SEVERITIES;

export const LEVELS = Object.keys(SEVERITIES) as Level[];

/** What others call a level; OpenTelemetry's `ERROR2` and syslog's words are among them. */
const OTHER_NAMES: Readonly<Record<string, Level>> = {
  verbose: 'trace',
  information: 'info',
  notice: 'info',
  warning: 'warn',
  err: 'error',
  crit: 'fatal',
  critical: 'fatal',
  alert: 'fatal',
  emerg: 'fatal',
  emergency: 'fatal',
  panic: 'fatal',
};

/** The level of a severity number (1 to 24); undefined: it is none. */
export const levelOfNumber = (number: number): Level | undefined =>
  number >= 1 && number <= 24 ? LEVELS[Math.floor((number - 1) / 4)] : undefined;

/** The level that a word names, however it is written; undefined: none. */
export function levelOfText(text: string): Level | undefined {
  const word = text.toLowerCase().replace(/[1-4]$/, '');
  return Object.hasOwn(SEVERITIES, word)
    ? (word as Level)
    : Object.hasOwn(OTHER_NAMES, word)
      ? OTHER_NAMES[word]
      : undefined;
}
