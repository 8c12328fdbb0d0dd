type Json = Readonly<Record<string, unknown>>;
type Read = { readonly readings: readonly Json[] } | { readonly fault: string };

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Readings as somebody types them: one, an array of them, or one a line. */
export function readingsOf(text: string): Read {
  const all = parsed(text) ?? parsedLines(text);
  if (all === undefined) return { fault: 'This is no JSON.' };
  const readings = Array.isArray(all) ? all : [all];
  if (readings.length === 0) return { fault: 'There is no reading.' };
  const wrong = readings.findIndex((one) => !isObject(one));
  if (wrong >= 0) return { fault: `Reading ${wrong + 1} is no object, such as {"humidity": 40}.` };
  return { readings: readings as Json[] };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function parsedLines(text: string): unknown[] | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const values = lines.map(parsed);
  return values.includes(undefined) ? undefined : values;
}
