import { cleanEnv, makeValidator, EnvError, type CleanedEnv, type ValidatorSpec } from 'envalid';

/** The environment variables that a service reads: name to validator. Compose it from the parts below and pass it to {@link loadConfig}. */
export type EnvSpec = Record<string, ValidatorSpec<unknown>>;

/** A configuration that cannot be used. `message` has one line for each bad variable: its name, its value and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const refuse = (allowed: string): never => {
  throw new EnvError(allowed);
};

/** A whole number from `min` to `max`, both included. */
export function integer(options: { default?: number; min?: number; max?: number; desc: string }): ValidatorSpec<number> {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER, ...rest } = options;
  return makeValidator<number>((input) => {
    const value = Number(input);
    const whole = /^\s*[+-]?\d+\s*$/.test(String(input)) && value >= min && value <= max;
    return whole ? value : refuse(`allowed: a whole number from ${min} to ${max}`);
  })(rest);
}

/** A finite number from `min` to `max`, both included. */
export function decimal(options: { default?: number; min?: number; max?: number; desc: string }): ValidatorSpec<number> {
  const { min = -Number.MAX_VALUE, max = Number.MAX_VALUE, ...rest } = options;
  return makeValidator<number>((input) => {
    const text = String(input).trim();
    const value = Number(text);
    const fits = text !== '' && Number.isFinite(value) && value >= min && value <= max;
    const bounds = options.min === undefined && options.max === undefined ? '' : ` from ${min} to ${max}`;
    return fits ? value : refuse(`allowed: a number${bounds}`);
  })(rest);
}

/** A text that matches `pattern`; `allowed` says in words what does. */
export function text(options: { default?: string; pattern?: RegExp; allowed?: string; desc: string }): ValidatorSpec<string> {
  const { pattern = /[\s\S]*/, allowed = 'any text', ...rest } = options;
  return makeValidator<string>((input) => (pattern.test(String(input)) ? String(input) : refuse(`allowed: ${allowed}`)))(rest);
}

/** One of a few words. */
export function oneOf<T extends string>(words: readonly T[], options: { default?: T; desc: string }): ValidatorSpec<T> {
  return makeValidator<T>((input) =>
    words.includes(input as T) ? (input as T) : refuse(`allowed: ${words.map((w) => w || '(empty)').join(', ')}`),
  )(options as never) as ValidatorSpec<T>;
}

/** `true` or `false` (also 1, 0, yes, no, on, off). */
export function flag(options: { default?: boolean; desc: string }): ValidatorSpec<boolean> {
  return makeValidator<boolean>((input) => {
    const word = String(input).toLowerCase();
    if (['true', '1', 'yes', 'on'].includes(word)) return true;
    return ['false', '0', 'no', 'off'].includes(word) ? false : refuse('allowed: true or false');
  })(options);
}

/** A comma-separated list; each entry must match `pattern`, and one entry at least is needed. */
export function list(options: { default?: string[]; pattern: RegExp; allowed: string; desc: string }): ValidatorSpec<string[]> {
  const { pattern, allowed, ...rest } = options;
  return makeValidator<string[]>((input) => {
    const entries = (Array.isArray(input) ? (input as string[]) : String(input).split(',')).map((entry) => entry.trim()).filter(Boolean);
    return entries.length > 0 && entries.every((entry) => pattern.test(entry)) ? entries : refuse(`allowed: ${allowed}`);
  })(rest);
}

/**
 * Reads and checks the environment. The only way configuration enters a process.
 * @throws ConfigError naming every bad variable, its value and what is allowed
 */
export function loadConfig<S extends EnvSpec>(spec: S, env: NodeJS.ProcessEnv = process.env): Readonly<CleanedEnv<S>> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  return cleanEnv(present, spec, {
    reporter: ({ errors }) => {
      const lines = Object.entries(errors).map(([name, error]) => {
        const value = present[name];
        const secret = /PASSWORD|SECRET|URL/.test(name);
        const shown = value === undefined ? 'is not set' : `is ${secret ? 'set to something unusable' : JSON.stringify(value)}`;
        return `${name} ${shown}; ${value === undefined ? `it is required: ${spec[name]?.desc ?? ''}` : error?.message}`;
      });
      if (lines.length > 0) throw new ConfigError(lines.join('\n'));
    },
  });
}
