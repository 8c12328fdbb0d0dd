/** Texts for people: numbers, durations, times. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const NONE = '–';

/** A count in full: 1,204,554. */
export const count = (value: number | null | undefined): string =>
  value === null || value === undefined ? NONE : whole.format(value);

/** A measured value with as many digits as help: 21.5, 1.2e+308. */
export function measured(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return NONE;
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e9 || size < 1e-3)) return value.toExponential(2);
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : 2;
  return new Intl.NumberFormat('en', { maximumFractionDigits: digits }).format(value);
}

/** A rate: 0.4, 12, 1,999. */
export const rate = (value: number | null | undefined): string =>
  value === null || value === undefined
    ? NONE
    : value > 0 && value < 10
      ? value.toFixed(1)
      : whole.format(value);

const STEPS: readonly (readonly [number, string])[] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
];

/** A duration in its largest unit: 12 s, 5 min, 3 h, 2 d. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  for (const [size, unit] of STEPS)
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  return `${seconds} s`;
}

/** How long ago that was. */
export const ago = (time: number, now: number): string =>
  now - time < 1500 ? 'now' : `${duration(now - time)} ago`;

export type Zone = 'local' | 'UTC';

const formats = new Map<string, Intl.DateTimeFormat>();
const format = (zone: Zone, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const key = zone + JSON.stringify(options);
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat('sv-SE', {
      ...options,
      hourCycle: 'h23',
      ...(zone === 'UTC' && { timeZone: 'UTC' }),
    });
    formats.set(key, made);
  }
  return made;
};

const DATE = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
const CLOCK = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;

/** A moment in full: 2026-01-31 12:00:00. */
export const moment = (time: number, zone: Zone): string =>
  Number.isFinite(time) && Math.abs(time) <= 8.64e15
    ? format(zone, { ...DATE, ...CLOCK }).format(time)
    : NONE;

/** Its time of day: 12:00:00. */
export const clock = (time: number, zone: Zone): string => format(zone, CLOCK).format(time);

/** What the viewer's zone is called. */
export const zoneName = (zone: Zone): string =>
  zone === 'UTC' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A sensor's name for people: `temperature_c` is temperature. */
export const sensorLabel = (name: string | null): string =>
  name === null ? 'device' : name.replace(/_c$/, '').replaceAll('_', ' ');

/** The beginning of a long text. */
export const shortened = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text;
