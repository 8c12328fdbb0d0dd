/**
 * Writes the lists of services in files that cannot read the register themselves:
 * node ops/register/write.mjs. e2e/register.spec.ts sees to it that they are what it writes.
 */
import { fileURLToPath } from 'node:url';
import { connects, SERVICES, shortName } from '../../libs/common/register/src/services.js';
import { inTurn, outdatedOf, put, write } from './files.mjs';
import { missingServices } from './missing-services.mjs';
import { paragraph, table } from './table.mjs';

const TOOLS = ['load-generator', 'telemetryctl'];
/** Names of services, or of their containers, in the regular expression of a query. */
const QUERIED = /(?<=(?:service|container)=~")[a-z-]+(?:\|[a-z-]+)+(?=")/g;

/** The references of the apps stand together, where the first of them stood. */
const withReferences = (services) => (file) => {
  const { references, ...rest } = JSON.parse(file);
  const isApp = ({ path }) => path.startsWith('apps/');
  const others = references.filter((reference) => !isApp(reference));
  const apps = services.map(({ name }) => ({ path: `apps/${name}` }));
  others.splice(references.findIndex(isApp), 0, ...apps);
  return `${JSON.stringify({ ...rest, references: others }, null, 2)}\n`;
};

/**
 * What the chart's templates must know of a service; templates/_components.tpl says what it means.
 */
const chartFacts = (service) => ({
  key: shortName(service.name),
  port: service.port,
  kafka: connects(service, 'kafka'),
  mongo: connects(service, 'mongo'),
  mqtt: connects(service, 'mqtt'),
  public: service.kind === 'api',
  // What is divided by the partitions of readings; the notifier's processes share deliveries.
  consumer: service.group?.topic === 'TELEMETRY_TOPIC',
  ...('group' in service && { groupVariable: service.group.variable }),
});

/** The files, and how each follows from what it was. */
export function listsOf(services) {
  const byPort = services.toSorted((a, b) => a.port - b.port);
  const names = services.map(({ name }) => name);
  const programs = [...byPort.map(({ name }) => name), ...TOOLS].join(', ');
  const targets = byPort.map(({ name, port }) => `'${name}:${port}'`).join(', ');
  const facts = Object.fromEntries(services.map((service) => [service.name, chartFacts(service)]));
  return {
    'tsconfig.json': withReferences(byPort),
    Dockerfile: inTurn(
      put(/^EXPOSE .*$/m, `EXPOSE ${byPort.map(({ port }) => port).join(' ')}`),
      put(/(?<=image\.description="IoT telemetry platform: )[^"]*/, programs),
    ),
    'ops/prometheus/prometheus.yml': put(/(?<=- targets: )\[.*\]/, `[${targets}]`),
    'helm/iot-telemetry/files/services.json': () => `${JSON.stringify(facts, null, 2)}\n`,
    'helm/iot-telemetry/files/rules/recording.yaml': put(QUERIED, names.join('|')),
    'helm/iot-telemetry/files/rules/logs.yaml': put(QUERIED, names.join('|')),
    'helm/iot-telemetry/files/rules/platform.yaml': inTurn(
      put(QUERIED, names.join('|')),
      put(
        /(?<=- alert: IotServiceMissing\n {8}expr: \|\n)[^]*?(?= {8}for: )/,
        missingServices(services.filter(({ optional }) => !optional).map(({ name }) => name)),
      ),
    ),
    'helm/iot-telemetry/README.md': put(
      /^`<component>` is (?:.|\n)*?\.\n/m,
      paragraph(`\`<component>\` is ${names.map((name) => `\`${shortName(name)}\``).join(', ')}.`),
    ),
    'docs/architecture.md': put(/(?<=<!-- services: .* -->\n\n)(?:\|.*\n)+/, table(services)),
  };
}

/** The files that are not what the register says: what is there, and what should be. */
export const outdated = (services = SERVICES) => outdatedOf(listsOf(services));

if (process.argv[1] === fileURLToPath(import.meta.url)) write(outdated());
