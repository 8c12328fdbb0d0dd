import { cleanEnv, makeValidator, EnvError, type CleanedEnv, type ValidatorSpec } from 'envalid';
import { problemsOf } from './rules.js';
import { shownMongoUrl } from './mongo-url.js';
import { withFiles } from './secret-files.js';

/**
 * The environment variables that a service reads: name to validator. Compose it from the parts
 * below and pass it to {@link loadConfig}.
 */
export type EnvSpec = Record<string, ValidatorSpec<unknown>>;

/**
 * A configuration that cannot be used. `message` has one line for each bad variable: its name, its
 * value and what is allowed.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const refuse = (allowed: string): never => {
  throw new EnvError(allowed);
};

/** A whole number from `min` to `max`, both included, but `not` that one. */
export function integer(options: {
  default?: number;
  min?: number;
  max?: number;
  not?: number;
  desc: string;
}): ValidatorSpec<number> {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER, not, ...rest } = options;
  return makeValidator<number>((input) => {
    const value = Number(input);
    const whole =
      /^\s*[+-]?\d+\s*$/.test(String(input)) && value >= min && value <= max && value !== not;
    return whole
      ? value
      : refuse(
          `allowed: a whole number from ${min} to ${max}${not === undefined ? '' : `, but not ${not}`}`,
        );
  })(rest);
}

/** Not the other ways of JavaScript, such as 0x10. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A finite number from `min` to `max`, both included. */
export function decimal(options: {
  default?: number;
  min?: number;
  max?: number;
  desc: string;
}): ValidatorSpec<number> {
  const { min = -Number.MAX_VALUE, max = Number.MAX_VALUE, ...rest } = options;
  return makeValidator<number>((input) => {
    const text = String(input).trim();
    const value = Number(text);
    const fits = DECIMAL.test(text) && Number.isFinite(value) && value >= min && value <= max;
    const bounds =
      options.min === undefined && options.max === undefined ? '' : ` from ${min} to ${max}`;
    return fits ? value : refuse(`allowed: a number${bounds}`);
  })(rest);
}

/** A text that `pattern` takes, or answers true to; `allowed` says in words what does. */
export function text(options: {
  default?: string;
  pattern?: RegExp | ((input: string) => boolean);
  allowed?: string;
  desc: string;
}): ValidatorSpec<string> {
  const { pattern = () => true, allowed = 'any text', ...rest } = options;
  const fits = (input: string): boolean =>
    typeof pattern === 'function' ? pattern(input) : pattern.test(input);
  return makeValidator<string>((input) =>
    fits(String(input)) ? String(input) : refuse(`allowed: ${allowed}`),
  )(rest);
}

/** One of a few words. */
export function oneOf<T extends string>(
  words: readonly T[],
  options: { default?: T; desc: string },
): ValidatorSpec<T> {
  return makeValidator<T>((input) =>
    words.includes(input as T)
      ? (input as T)
      : refuse(`allowed: ${words.map((w) => w || '(empty)').join(', ')}`),
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

/**
 * A comma-separated list; `pattern` must take each entry, or answer true to it, and one entry at
 * least is needed.
 */
export function list(options: {
  default?: string[];
  pattern: RegExp | ((entry: string) => boolean);
  allowed: string;
  desc: string;
}): ValidatorSpec<string[]> {
  const { pattern, allowed, ...rest } = options;
  const fits = (entry: string): boolean =>
    typeof pattern === 'function' ? pattern(entry) : pattern.test(entry);
  return makeValidator<string[]>((input) => {
    const entries = (Array.isArray(input) ? (input as string[]) : String(input).split(','))
      .map((entry) => entry.trim())
      .filter(Boolean);
    return entries.length > 0 && entries.every(fits) ? entries : refuse(`allowed: ${allowed}`);
  })(rest);
}

const LONGEST_SHOWN = 300;

/** The value of a variable as a line may show it: what may be secret is not shown. */
function shown(name: string, value: string): string {
  if (name === 'MONGO_URL' && value.startsWith('mongodb'))
    return JSON.stringify(shownMongoUrl(value));
  if (
    /PASSWORD|SECRET|TOKEN|URL|SIGNING_KEY|OTLP_(TRACES_)?(HEADERS|ENDPOINT)/.test(name) &&
    !name.endsWith('_FILE')
  )
    return 'set to something unusable';
  return JSON.stringify(value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value);
}

/**
 * Reads and checks the environment. The only way configuration enters a process.
 * @throws ConfigError naming every bad variable, its value and what is allowed
 */
export function loadConfig<S extends EnvSpec>(
  spec: S,
  env: NodeJS.ProcessEnv = process.env,
): Readonly<CleanedEnv<S>> {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const { env: present, problems } = withFiles(Object.keys(spec), set);
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  const config = cleanEnv(present, spec, {
    reporter: ({ errors }) => {
      const lines = Object.entries(errors).map(([name, error]) => {
        const value = present[name];
        return value === undefined
          ? `${name} is not set; it is required: ${spec[name]?.desc ?? ''}`
          : `${name} is ${shown(name, value)}; ${error?.message}`;
      });
      if (lines.length > 0) throw new ConfigError(lines.join('\n'));
    },
  });
  const lines = problemsOf(config as Record<string, unknown>, new Set(Object.keys(present)));
  if (lines.length > 0) throw new ConfigError(lines.join('\n'));
  return config;
}
