import { parseArgs } from 'node:util';

/** Ends with what is wrong with the way a program was called. */
export function fail(text) {
  console.error(text);
  process.exit(2);
}

/**
 * The options of a program by name, as texts. `--help` prints the help and ends.
 * @param defaults by name; undefined: the option has none
 */
export function optionsOf(defaults, help) {
  const options = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [
      name,
      { type: 'string', ...(value !== undefined && { default: value }) },
    ]),
  );
  let values;
  try {
    ({ values } = parseArgs({
      options: { ...options, help: { type: 'boolean', short: 'h', default: false } },
    }));
  } catch (error) {
    fail(`${error.message}\n\n${help}`);
  }
  if (values.help) {
    console.log(help);
    process.exit(0);
  }
  return values;
}

/** The value of an option that is a whole number, as a text; else the program ends. */
export function whole(name, text, least, most) {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    fail(`--${name} must be a whole number from ${least} to ${most}, not "${text}"`);
  return text;
}
