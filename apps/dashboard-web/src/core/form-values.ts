/** What a form holds is text and ticks; what the API takes is JSON. This is the way between them. */

export type FieldKind =
  'text' | 'secret' | 'number' | 'choice' | 'check' | 'list' | 'pairs' | 'time';

/** A field of a form, named as the API names it: `condition.bound` stands in `condition`. */
export interface FormField {
  readonly name: string;
  readonly kind: FieldKind;
  readonly label: string;
  /** What it means, and what holds where it is empty. */
  readonly hint?: string;
  readonly options?: readonly (readonly [value: string, text: string])[];
  /** Fields of a group stand together below its name. */
  readonly group?: string;
  /** It is sent while it is empty: as an empty list or null, where its absence means another thing. */
  readonly whenEmpty?: unknown;
  /** It can be read, and not changed. */
  readonly isFixed?: boolean;
}

export type Values = Readonly<Record<string, string | boolean>>;
type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isEmpty = (value: string | boolean | undefined): boolean =>
  value === undefined || (typeof value === 'string' && value.trim() === '');

const listed = (text: string): string[] =>
  text
    .split(/[,\n]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');

/** Lines such as `team=presses` as an object; what has no `=` is a name with an empty value. */
const pairs = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => {
        const at = line.indexOf('=');
        return at < 0
          ? [line.trim(), '']
          : [line.slice(0, at).trim(), unquoted(line.slice(at + 1).trim())];
      }),
  );

/** A value that a line cannot hold as it is stands there as JSON writes it. */
const quoted = (value: string): string =>
  value.trim() !== value || /[\n\r"]/.test(value) ? JSON.stringify(value) : value;

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : text;
  } catch {
    return text;
  }
}

function jsonOf(kind: FieldKind, value: string | boolean): unknown {
  if (typeof value === 'boolean') return value;
  const text = value.trim();
  // What is no number goes to the API as it is, which says so.
  if (kind === 'number') return Number.isFinite(Number(text)) ? Number(text) : text;
  if (kind === 'list') return listed(text);
  if (kind === 'pairs') return pairs(text);
  if (kind === 'time') return timeJson(text);
  return kind === 'secret' ? value : text;
}

/** A field of a moment is in the viewer's zone, without naming it. */
function timeJson(text: string): string {
  const at = Date.parse(text);
  return Number.isNaN(at) ? text : new Date(at).toISOString();
}

/** The body that says what the fields hold. Those that are empty are absent. */
export function bodyOf(fields: readonly FormField[], values: Values): Json {
  const body: Record<string, unknown> = {};
  for (const { name, kind, whenEmpty } of fields) {
    const value = values[name];
    const json = isEmpty(value) ? whenEmpty : jsonOf(kind, value!);
    if (json !== undefined) put(body, name.split('.'), json);
  }
  return body;
}

function put(
  into: Record<string, unknown>,
  [first, ...rest]: readonly string[],
  json: unknown,
): void {
  if (rest.length === 0) return void (into[first!] = json);
  const inner = (into[first!] ??= {}) as Record<string, unknown>;
  put(inner, rest, json);
}

function textOf(kind: FieldKind, json: unknown): string | boolean {
  if (kind === 'check') return json === true;
  if (json === undefined || json === null) return '';
  if (Array.isArray(json)) return json.join(', ');
  if (isObject(json))
    return Object.entries(json)
      .map(([name, value]) => `${name}=${quoted(String(value))}`)
      .join('\n');
  return String(json as string | number);
}

/** What the fields hold of something that is there already. */
export const valuesOf = (fields: readonly FormField[], json: Json): Values =>
  Object.fromEntries(
    fields.map(({ name, kind }) => {
      let at: unknown = json;
      for (const part of name.split('.')) at = isObject(at) ? at[part] : undefined;
      return [name, textOf(kind, at)];
    }),
  );

export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** What is wrong, by field; what is of no field that is shown stands apart. */
export interface Wrongs {
  readonly byField: Readonly<Record<string, string>>;
  readonly others: readonly string[];
}

/** Gives each error of the API to its field: that of `labels.team` to `labels`. */
export function wrongsOf(names: readonly string[], errors: readonly FieldError[]): Wrongs {
  const byField: Record<string, string> = {};
  const others: string[] = [];
  for (const { field, message } of errors) {
    const holder = names
      .filter((name) => field === name || field.startsWith(`${name}.`))
      .sort((a, b) => b.length - a.length)[0];
    // Messages of some resources begin with the field, which stands above them already.
    const said = message.startsWith(`${field} `) ? message.slice(field.length + 1) : message;
    if (holder !== undefined) byField[holder] ??= said;
    else others.push(`${field} ${said}`.trim());
  }
  return { byField, others };
}
