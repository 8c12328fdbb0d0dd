/** The places outside of its folder that a new worker is written to: how each file changes. */
import { put } from '../register/files.mjs';

const entry = ({ name, SHORT, port, about }) => `  '${name}': {
    kind: 'worker',
    port: ${port},
    about: '${about}',
    needs: ['kafka'],
    group: { name: '${name}', variable: '${SHORT}_GROUP', topic: 'TELEMETRY_TOPIC' },
    docs: false,
  },
`;

const composeBlock = ({ name, SHORT, port }) => `  ${name}:
    <<: *service
    depends_on:
      kafka: { condition: service_healthy }
    environment:
      <<: [*process, *kafka, *reading, *worker]
      SERVICE: ${name}
    ports:
      - \${DIRECT_ADDRESS:-127.0.0.1}:\${${SHORT}_HOST_PORT:-${port}}:${port}

`;

const blockOf = (file, key) => new RegExp(`^${key}:\\n(?: .*\\n)+`, 'm').exec(file)[0];
/** A key of a component's values, with the comment before it and all below it. */
const ENTRY = /(?:^ {2}#.*\n)*^ {2}(\w+):.*\n(?:^ {4,}.*\n)*/gm;

/** The values of the alerts worker that the aggregator has too, under another key. */
const valuesBlock = (short) => (file) => {
  const common = [...blockOf(file, 'aggregator').matchAll(ENTRY)].map(([, key]) => key);
  const own = blockOf(file, 'alerts').replace(ENTRY, (entry, key) =>
    common.includes(key) ? entry : '',
  );
  return put(/(?=^dashboard:\n)/m, `${own.replace('alerts:', `${short}:`)}\n`)(file);
};

const schemaBlock = (short) => (file) => {
  const schema = JSON.parse(file);
  const own = structuredClone(schema.properties.alerts);
  const common = schema.properties.aggregator.properties;
  for (const key of Object.keys(own.properties)) if (!(key in common)) delete own.properties[key];
  const { properties } = own.properties.config;
  for (const variable of Object.keys(properties))
    if (/^ALERTS?_/.test(variable)) delete properties[variable];
  own.required = own.required?.filter((key) => key in common);
  const keys = Object.entries(schema.properties);
  keys.splice(
    keys.findIndex(([key]) => key === 'dashboard'),
    0,
    [short, own],
  );
  schema.properties = Object.fromEntries(keys);
  return JSON.stringify(schema, null, 2);
};

/** The worker's process, wherever a test has those of all services. */
const series = (name) => (file) =>
  file
    .replaceAll(
      /(?<=\n) *- \{ series: 'process_start_time_seconds\{service="dashboard-api", instance="d"\}', values: (.*\n)/g,
      (line, values) =>
        `${line}      - { series: 'process_start_time_seconds{service="${name}", instance="${name}"}', values: ${values}`,
    )
    .replaceAll(
      /(?<=\n) *- \{ series: 'process_start_time_seconds\{namespace="(\w+)", service="dashboard-api", instance="\w+"\}', values: (.*\n)/g,
      (line, namespace, values) =>
        `${line}      - { series: 'process_start_time_seconds{namespace="${namespace}", service="${name}", instance="${namespace}-${name}"}', values: ${values}`,
    )
    .replace(
      /(?<=\n)( *- \{ labels: 'ALERTS\{alertname="IotServiceMissing", alertstate="firing", service=")dashboard-api(".*\n)/,
      (line, before, after) => `${before}${name}${after}${line}`,
    );

/** @param words what the templates are filled with: name, short, SHORT, port, about */
export const tellOthers = (words) => ({
  'libs/common/register/src/services.js': put(/(?=^ {2}'dashboard-api': \{)/m, entry(words)),
  'docker-compose.yml': put(/(?=^ {2}telemetryctl:\n)/m, composeBlock(words)),
  'helm/iot-telemetry/values.yaml': valuesBlock(words.short),
  'helm/iot-telemetry/values.schema.json': schemaBlock(words.short),
  'ops/prometheus/tests/platform.test.yaml': series(words.name),
});
