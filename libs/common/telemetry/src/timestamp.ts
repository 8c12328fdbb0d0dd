const MAX_EPOCH_MS = 8.64e15;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** What follows `YYYY-MM-DDThh:mm:ss`: a fraction, and Z or an offset. */
const FRACTION_AND_ZONE = /^(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const SECONDS_END = 19;

/**
 * Epoch milliseconds of an RFC 3339 text or of a whole number of epoch milliseconds; undefined when
 * it is neither. Fractions below a millisecond are cut. Stricter than Date.parse, which takes 30
 * February for 1 March.
 */
export function parseTimestamp(value: unknown): number | undefined {
  if (typeof value === 'number')
    return Number.isInteger(value) && Math.abs(value) <= MAX_EPOCH_MS ? value : undefined;
  if (typeof value !== 'string' || value.length > 64) return undefined;
  const seconds = toSeconds(value);
  const zone = zoneOf(value);
  return seconds === undefined || zone === undefined ? undefined : seconds + zone;
}

/** Milliseconds that the text's fraction and offset add. */
function zoneOf(text: string): number | undefined {
  if (text.length === 20 && text.endsWith('Z')) return 0;
  if (text.length === 24 && text.endsWith('Z') && text[SECONDS_END] === '.') {
    const tens = digits(text, 20);
    const ones = digits(`0${text[22]}`, 0);
    return tens < 0 || ones < 0 ? undefined : tens * 10 + ones;
  }
  const match = FRACTION_AND_ZONE.exec(text.slice(SECONDS_END));
  if (!match) return undefined;
  const [, fraction = '', sign, hours = '0', minutes = '0'] = match;
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const offset = Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS;
  return Number(fraction.slice(0, 3).padEnd(3, '0')) - (sign === '-' ? -offset : offset);
}

/** Epoch milliseconds of the whole seconds of a text, taken as UTC. */
function toSeconds(text: string): number | undefined {
  const separator = text[10];
  if (text[4] !== '-' || text[7] !== '-' || text[13] !== ':' || text[16] !== ':') return undefined;
  if (separator !== 'T' && separator !== 't' && separator !== ' ') return undefined;
  const [century, yearOfCentury] = [digits(text, 0), digits(text, 2)];
  const [month, day, hour, minute, second] = [
    digits(text, 5),
    digits(text, 8),
    digits(text, 11),
    digits(text, 14),
    digits(text, 17),
  ];
  if (century < 0 || yearOfCentury < 0 || hour < 0 || minute < 0 || second < 0) return undefined;
  const year = century * 100 + yearOfCentury;
  if (
    month < 1 ||
    month > 12 ||
    day < 1 ||
    day > daysIn(year, month) ||
    hour > 23 ||
    minute > 59 ||
    second > 59
  )
    return undefined;
  return dayNumber(year, month, day) * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS + second * 1000;
}

/** The number of two digits; −1 when they are none. */
function digits(text: string, at: number): number {
  const [tens, ones] = [text.charCodeAt(at) - 48, text.charCodeAt(at + 1) - 48];
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/**
 * Days since 1 January 1970 in the Gregorian calendar, which is reckoned from March so that leap
 * days come last.
 */
function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 +
    yearOfEra * 365 +
    Math.floor(yearOfEra / 4) -
    Math.floor(yearOfEra / 100) +
    dayOfYear -
    719_468
  );
}
