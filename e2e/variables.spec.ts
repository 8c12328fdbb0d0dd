import { SERVICES } from '@iot/register';
import { BUILT_IN_SENSORS } from '@iot/telemetry';
import { readFileSync } from 'node:fs';
import { variablesOf } from './services.js';
import { ROOT } from './observability/rules.js';

interface Outdated {
  readonly path: string;
  readonly is: string;
  readonly should: string;
}
const { outdated } = (await import(`${ROOT}ops/configuration/write.mjs`)) as {
  outdated: (services: readonly object[], sensors: readonly object[]) => Outdated[];
};

const services = await Promise.all(
  SERVICES.map(async ({ name }) => ({ name, variables: await variablesOf(name) })),
);
const CO2 = { name: 'co2', unit: 'ppm', aliases: [], min: 0, max: 1000, variable: 'CO2' };

/** Independent of what writes the table: its rows, by variable. */
const rows = new Map(
  [
    ...readFileSync(`${ROOT}docs/configuration.md`, 'utf8').matchAll(
      /^\| `([A-Z\d_]+)`\s*\|([^|]*)\|([^|]*)\|/gm,
    ),
  ].map(([, name, defaults, readers]) => [name!, { defaults: defaults!, readers: readers! }]),
);

describe('docs/configuration.md', () => {
  it.each(services)('has every variable of $name with its default', ({ name, variables }) => {
    for (const [variable, { default: value }] of Object.entries(variables)) {
      const text = Array.isArray(value) ? value.join(',') : String(value);
      expect([variable, rows.get(variable)?.defaults]).toEqual([
        variable,
        expect.stringContaining(text === '' ? '' : `\`${text}\``),
      ]);
      expect([variable, rows.get(variable)?.readers]).toEqual([
        variable,
        expect.stringMatching(new RegExp(`^ all |${name}`)),
      ]);
    }
  });

  it('has no variable that no service reads', () => {
    const known = new Set(services.flatMap(({ variables }) => Object.keys(variables)));
    expect([...rows.keys()].filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('the lists of variables and thresholds', () => {
  it('are what the code says', () => {
    const orders = outdated(services, BUILT_IN_SENSORS).map(
      ({ path }) => `${path} is not what the code says: npm run generate writes it`,
    );
    expect(orders).toEqual([]);
  });

  it('each get a sensor that is added', () => {
    const changed = outdated(services, [...BUILT_IN_SENSORS, CO2]);
    expect(changed.map(({ path }) => path)).toEqual([
      'docker-compose.yml',
      'helm/iot-telemetry/values.yaml',
      'helm/iot-telemetry/values.schema.json',
      'helm/iot-telemetry/README.md',
    ]);
    for (const { should } of changed)
      expect(should).toMatch(/CO2_MIN_THRESHOLD[^]*CO2_MAX_THRESHOLD/);
  });

  it('lose one that is taken out', () => {
    const { variable } = BUILT_IN_SENSORS.at(-1)!;
    const changed = outdated(services, BUILT_IN_SENSORS.slice(0, -1));
    expect(changed).toHaveLength(4);
    for (const { path, should } of changed)
      expect([path, should.includes(`${variable}_M`)]).toEqual([path, false]);
  });
});
