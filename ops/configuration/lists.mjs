/**
 * The lists of variables and of sensors' thresholds in files that cannot read the code, and how
 * each follows from what it was.
 */
import { inTurn, put } from '../register/files.mjs';
import { markdownTable } from '../register/table.mjs';

const shown = (value) => (Array.isArray(value) ? value.join(',') : String(value ?? ''));
const code = (text) => (text === '' ? '' : `\`${text}\``);
const each = (texts) => [...new Set(texts)].filter((text) => text !== '').join(', ');
const cell = (text) => text.replaceAll('|', '\\|');

/**
 * A row for each variable, in the order in which the services read them: name, defaults, who reads
 * it, what it is.
 *
 * @param services each with its name and its variables
 */
function variableRows(services) {
  const names = new Set(services.flatMap(({ variables }) => Object.keys(variables)));
  return [...names].map((name) => {
    const readers = services.filter(({ variables }) => name in variables);
    const specs = readers.map(({ variables }) => variables[name]);
    return [
      `\`${name}\``,
      each(specs.map((spec) => code(shown(spec.default)))),
      readers.length === services.length ? 'all' : each(readers.map((reader) => reader.name)),
      cell(each(specs.map(({ desc }) => desc))),
    ];
  });
}

const bounds = (sensors) =>
  sensors.flatMap(({ variable, unit, min, max }) => [
    {
      name: `${variable}_MIN_THRESHOLD`,
      value: min,
      what: `${unit}; a reading below it raises an alert`,
    },
    {
      name: `${variable}_MAX_THRESHOLD`,
      value: max,
      what: `${unit}; a reading above it raises an alert`,
    },
  ]);

/** The table of a page with other rows for the thresholds, laid out anew. */
const withThresholdRows = (thresholds) => (page) =>
  page.replace(/(?:^\|.*\n)+/gm, (table) => {
    if (!table.includes('`thresholds.')) return table;
    const [head, , ...rows] = table
      .trimEnd()
      .split('\n')
      .map((line) =>
        line
          .slice(2, -2)
          .split(/ +\| +/)
          .map((text) => text.trim()),
      );
    const isBound = ([name]) => /^`thresholds\.\w+_(MIN|MAX)_THRESHOLD`$/.test(name);
    const others = rows.filter((row) => !isBound(row));
    const own = thresholds.map(({ name, value, what }) => [
      `\`thresholds.${name}\``,
      `\`${value}\``,
      what,
    ]);
    others.splice(rows.findIndex(isBound), 0, ...own);
    return markdownTable(head, others);
  });

/**
 * @param services each with its name and its variables (an EnvSpec)
 * @param sensors the built-in ones, each with its variable, unit, min and max
 */
export function listsOf(services, sensors) {
  const thresholds = bounds(sensors);
  const lines = (line) => thresholds.map(line).join('');
  return {
    'docs/configuration.md': put(
      /(?<=<!-- variables: .* -->\n\n)(?:\|.*\n)+/,
      markdownTable(['variable', 'default', 'read by', 'what'], variableRows(services)),
    ),
    'docker-compose.yml': put(
      /(?<=^x-threshold-environment: .*\n)(?: {2}\w+_THRESHOLD:.*\n)+/m,
      lines(({ name }) => `  ${name}:\n`),
    ),
    'helm/iot-telemetry/values.yaml': put(
      /(?<=^thresholds:\n)(?: {2}\w+_THRESHOLD:.*\n)+/m,
      lines(({ name, value }) => `  ${name}: ${value}\n`),
    ),
    'helm/iot-telemetry/values.schema.json': inTurn(
      put(
        /(?: {8}"\w+_THRESHOLD": \{\n.*\n {8}\},\n)+/,
        lines(({ name }) => `        "${name}": {\n          "type": "number"\n        },\n`),
      ),
      put(
        /(?: {8}"\w+_THRESHOLD",\n)+/,
        lines(({ name }) => `        "${name}",\n`),
      ),
    ),
    'helm/iot-telemetry/README.md': withThresholdRows(thresholds),
  };
}
