import { readdirSync } from 'node:fs';
import { connects, REGISTER, SERVICES, type NamedService, type ServiceName } from '@iot/register';
import { mustHaveTheShape, serviceOf, variablesOf } from './services.js';
import { ROOT } from './observability/rules.js';
import { lackingOf, PLACES } from './register/places.js';

interface Outdated {
  readonly path: string;
  readonly is: string;
  readonly should: string;
}
const { outdated } = (await import(`${ROOT}ops/register/write.mjs`)) as {
  outdated: (services?: readonly NamedService[]) => Outdated[];
};

/** A service that nobody has told the others of. */
const FORGOTTEN: NamedService = {
  name: 'forgotten-worker' as ServiceName,
  kind: 'worker',
  port: 8999,
  about: 'is in no list',
  needs: ['kafka', 'mongo'],
  group: { name: 'forgotten-worker', variable: 'FORGOTTEN_GROUP', topic: 'TELEMETRY_TOPIC' },
  docs: false,
};

/** What is to be done about each written file. */
const orders = (services?: readonly NamedService[]): string[] =>
  outdated(services).map(({ path, is }) => {
    const lacking = (services ?? SERVICES)
      .filter(({ name }) => !is.includes(name))
      .map(({ name }) => name);
    const what =
      lacking.length > 0 ? `lacks ${lacking.join(', ')}` : 'is not what the register says';
    return `${path} ${what}: node ops/register/write.mjs writes it`;
  });

describe('the register of services', () => {
  it('gives each a port and a group of its own', () => {
    const ports = SERVICES.map(({ port }) => port);
    expect(new Set(ports).size).toBe(ports.length);
    const groups = SERVICES.flatMap(({ group }) => (group ? [group.name, group.variable] : []));
    expect(new Set(groups).size).toBe(groups.length);
  });

  it('names every app, and no other', () => {
    const apps = readdirSync(`${ROOT}apps`, { withFileTypes: true }).filter((it) =>
      it.isDirectory(),
    );
    expect(apps.map(({ name }) => name).sort()).toEqual(Object.keys(REGISTER).sort());
  });

  it.each(SERVICES)('$name is what its program says', async ({ name, port, group, ...service }) => {
    expect((await serviceOf(name)).name).toBe(name);
    const variables = await variablesOf(name);
    const usual = (variable: string): unknown => variables[variable]?.default;
    expect({ name, port: usual('PORT'), group: usual('CONSUMER_GROUP') }).toEqual({
      name,
      port,
      group: group?.name,
    });
    const servers = {
      kafka: 'KAFKA_BOOTSTRAP_SERVERS' in variables,
      mongo: 'MONGO_URL' in variables,
    };
    const listed = { ...service, name, port };
    expect({ name, ...servers }).toEqual({
      name,
      kafka: connects(listed, 'kafka'),
      mongo: connects(listed, 'mongo'),
    });
  });

  it.each(SERVICES)('$name has the files and exports that all have', async ({ name }) => {
    await expect(mustHaveTheShape(name)).resolves.toBeUndefined();
  });

  it('is what the lists say that are written from it', () => {
    expect(orders()).toEqual([]);
  });

  it('is known wherever a service must be', () => {
    expect(
      SERVICES.flatMap((service) => PLACES.flatMap((place) => lackingOf(place, service))),
    ).toEqual([]);
  });
});

describe('a service that was forgotten', () => {
  it('is missed in every list that is written', () => {
    const found = orders([...SERVICES, FORGOTTEN]);
    for (const order of found)
      expect(order).toMatch(/^\S+ (lacks ([a-z-]+, )*forgotten-worker|is not what .*): node ops/);
    expect(found.map((order) => order.split(' ')[0])).toEqual([
      'tsconfig.json',
      'Dockerfile',
      'ops/prometheus/prometheus.yml',
      'helm/iot-telemetry/files/services.json',
      'helm/iot-telemetry/files/rules/recording.yaml',
      'helm/iot-telemetry/files/rules/logs.yaml',
      'helm/iot-telemetry/files/rules/platform.yaml',
      'helm/iot-telemetry/README.md',
      'docs/architecture.md',
    ]);
  });

  it.each(PLACES.map((place) => [place.file(FORGOTTEN), place] as const))(
    'is missed in %s',
    (file, place) => {
      const lacking = lackingOf(place, FORGOTTEN);
      expect(lacking).not.toEqual([]);
      for (const line of lacking)
        expect(line).toMatch(new RegExp(`^${file} lacks .+, of the service forgotten-worker$`));
    },
  );

  it('is missed also when it has no app', async () => {
    await expect(serviceOf(FORGOTTEN.name)).rejects.toThrow('apps/forgotten-worker/src/service');
  });
});
