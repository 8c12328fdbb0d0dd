import { existsSync, readFileSync } from 'node:fs';
import { connects, shortName, type NamedService } from '@iot/register';
import { load, loadAll } from 'js-yaml';
import { ROOT } from '../observability/rules.js';

/** A place that must know each service, and what it lacks of one: nothing when it knows it. */
export interface Place {
  readonly file: (service: NamedService) => string;
  readonly lacks: (service: NamedService, text: string) => readonly (string | false)[];
}

const read = (path: string): string =>
  existsSync(`${ROOT}${path}`) ? readFileSync(`${ROOT}${path}`, 'utf8') : '';
const short = ({ name }: NamedService): string => shortName(name);

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the shape of a file is what is asked
type Parsed = any;

/** A mapping with what its merge keys (`<<`) bring in. */
const merged = (map: Parsed = {}): Parsed => Object.assign({}, ...[map['<<'] ?? []].flat(), map);

export const PLACES: readonly Place[] = [
  {
    file: ({ name }) => `apps/${name}/package.json`,
    lacks: ({ name }, text) => [
      text === '' && 'the file',
      !text.includes(`"@iot/${name}"`) && `the name @iot/${name}`,
    ],
  },
  {
    file: ({ name }) => `apps/${name}/src/main.ts`,
    lacks: (_, text) => [text === '' && 'the file'],
  },
  {
    file: () => 'docker-compose.yml',
    lacks: (service, text) => {
      const { services } = load(text) as Parsed;
      const it = services[service.name] ?? {};
      const environment = merged(it.environment);
      const waits = Object.keys(it.depends_on ?? {});
      const port = `\${DIRECT_ADDRESS:-127.0.0.1}:\${${short(service).toUpperCase()}_HOST_PORT:-${service.port}}:${service.port}`;
      return [
        environment.SERVICE !== service.name && 'a service with SERVICE of that name',
        !(it.ports ?? []).includes(port) && `the port ${port}`,
        ...service.needs.map((server) => !waits.includes(server) && `depends_on ${server}`),
        connects(service, 'kafka') &&
          !environment.KAFKA_BOOTSTRAP_SERVERS &&
          'the variables of Kafka',
        connects(service, 'mongo') && !environment.MONGO_URL && 'the variables of MongoDB',
      ];
    },
  },
  {
    file: () => 'helm/iot-telemetry/values.yaml',
    lacks: (service, text) => [
      !(load(text) as Parsed)[short(service)]?.resources && `values under \`${short(service)}\``,
    ],
  },
  {
    file: () => 'helm/iot-telemetry/values.schema.json',
    lacks: (service, text) => [
      !JSON.parse(text).properties[short(service)] && `the property ${short(service)}`,
    ],
  },
  {
    file: () => 'k8s/platform/deployments.yaml',
    lacks: ({ name, port, optional }, text) => {
      if (optional) return [];
      const containers = (loadAll(text) as Parsed[]).flatMap(
        (object) => object?.spec.template.spec.containers ?? [],
      );
      const ports = containers.find((container) => container.name === name)?.ports ?? [];
      return [
        ports[0]?.containerPort !== port &&
          `a container on port ${port}: node k8s/render.mjs renders it from the chart`,
      ];
    },
  },
  {
    file: () => 'ops/prometheus/tests/platform.test.yaml',
    lacks: ({ name }, text) => [
      !text.includes(`process_start_time_seconds{service="${name}"`) &&
        'a series in the case in which no service is missing',
    ],
  },
];

/** What a place lacks of a service, each with the file and the service. */
export const lackingOf = ({ file, lacks }: Place, service: NamedService): string[] =>
  lacks(service, read(file(service)))
    .filter((what) => what !== false)
    .map((what) => `${file(service)} lacks ${what}, of the service ${service.name}`);
