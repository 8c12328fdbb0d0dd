/** What is wrong with a part of a JSON document. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

type Json = Readonly<Record<string, unknown>>;

/** Reads a JSON object part by part, and gathers what is wrong with it. */
export class Checks {
  readonly errors: FieldError[] = [];
  private readonly json: Json;

  constructor(
    json: unknown,
    known: readonly string[],
    private readonly path = '',
  ) {
    const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
    this.json = isObject ? (json as Json) : {};
    if (!isObject) this.say('', 'must be an object');
    for (const name of Object.keys(this.json)
      .filter((key) => !known.includes(key))
      .slice(0, 5))
      this.say(name.slice(0, 40), `is not known here; known: ${known.join(', ')}`);
  }

  say(field: string, message: string): void {
    const name = [this.path, field].filter(Boolean).join('.');
    this.errors.push({ field: name, message: `${name || 'the body'} ${message}` });
  }

  has(field: string): boolean {
    return this.json[field] !== undefined && this.json[field] !== null;
  }

  raw(field: string): unknown {
    return this.json[field];
  }

  text(field: string, rule: RegExp, allowed: string): string | undefined {
    const value = this.json[field];
    if (!this.has(field)) return undefined;
    if (typeof value === 'string' && rule.test(value)) return value;
    this.say(field, `must be ${allowed}`);
    return undefined;
  }

  required(field: string, rule: RegExp, allowed: string): string {
    if (!this.has(field)) this.say(field, `is required: ${allowed}`);
    return this.text(field, rule, allowed) ?? '';
  }

  oneOf<T extends string>(field: string, words: readonly T[], otherwise: T): T {
    const value = this.json[field];
    if (!this.has(field)) return otherwise;
    if (words.includes(value as T)) return value as T;
    this.say(field, `must be one of ${words.join(', ')}`);
    return otherwise;
  }

  flag(field: string, otherwise: boolean): boolean {
    const value = this.json[field];
    if (!this.has(field)) return otherwise;
    if (typeof value !== 'boolean') this.say(field, 'must be true or false');
    return value === true;
  }

  whole(field: string, min: number, max: number, otherwise: number): number {
    const value = this.json[field];
    if (!this.has(field)) return otherwise;
    if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max)
      return value as number;
    this.say(field, `must be a whole number from ${min} to ${max}`);
    return otherwise;
  }

  texts(field: string, rule: RegExp, most: number, allowed: string): string[] | undefined {
    const value = this.json[field];
    if (!this.has(field)) return undefined;
    const fits =
      Array.isArray(value) &&
      value.length <= most &&
      value.every((entry) => typeof entry === 'string' && rule.test(entry));
    if (fits) return [...new Set(value as string[])];
    this.say(field, `must be a list of at most ${most}: ${allowed}`);
    return undefined;
  }
}
