/**
 * The register of services: what the platform consists of, in the order in which a reading passes
 * it. Every other list of services reads this one, is written from it by
 * `node ops/register/write.mjs`, or is compared with it by e2e/register.spec.ts. service.ts says
 * what each field means.
 *
 * JavaScript that imports nothing, so that scripts read it on any Node, with nothing installed or
 * built; the compiler takes its types from it.
 */

/** @import { Server, Service } from './service.js' */

export const REGISTER = /** @type {const} */ ({
  'ingestion-api': {
    kind: 'api',
    port: 8001,
    about: 'takes readings by HTTP and writes them to Kafka',
    needs: ['kafka'],
    docs: true,
  },
  'mqtt-gateway': {
    kind: 'gateway',
    port: 8005,
    about: 'takes readings from an MQTT broker and writes them to Kafka',
    needs: ['kafka', 'mqtt'],
    docs: false,
    optional: true,
  },
  'aggregator-worker': {
    kind: 'worker',
    port: 8003,
    about: 'stores readings and rolls them up by window',
    needs: ['kafka', 'mongo'],
    group: { name: 'aggregator-worker', variable: 'AGGREGATOR_GROUP', topic: 'TELEMETRY_TOPIC' },
    docs: false,
  },
  'alerts-worker': {
    kind: 'worker',
    port: 8004,
    about: 'raises and resolves alerts',
    needs: ['kafka', 'mongo'],
    group: { name: 'alerts-worker', variable: 'ALERTS_GROUP', topic: 'TELEMETRY_TOPIC' },
    docs: false,
  },
  'logic-worker': {
    kind: 'worker',
    port: 8006,
    about: 'runs the program of each machine on its readings',
    needs: ['kafka', 'mongo'],
    group: { name: 'logic-worker', variable: 'LOGIC_GROUP', topic: 'TELEMETRY_TOPIC' },
    docs: false,
  },
  notifier: {
    kind: 'worker',
    port: 8007,
    about: 'tells people of alerts by webhook and e-mail',
    needs: ['kafka', 'mongo'],
    group: { name: 'notifier', variable: 'NOTIFIER_GROUP', topic: 'ALERTS_TOPIC' },
    docs: false,
  },
  'log-worker': {
    kind: 'worker',
    port: 8008,
    about: 'stores the lines that services log',
    needs: ['kafka', 'mongo'],
    group: { name: 'log-worker', variable: 'LOG_GROUP', topic: 'LOGS_TOPIC' },
    docs: false,
  },
  'dashboard-api': {
    kind: 'api',
    port: 8002,
    about: 'serves readings, rollups, alerts and devices',
    needs: ['mongo'],
    asks: ['kafka'],
    docs: true,
  },
  'dashboard-web': {
    kind: 'page',
    about: 'shows the people who run the fleet what happens, in a browser',
    servedBy: 'dashboard-api',
  },
});

/** All that runs, each with its name, in the order of the register. */
export const SERVICES = Object.entries(REGISTER).flatMap(([name, entry]) =>
  'port' in entry ? [{ name, ...entry }] : [],
);

/** The same in the order of the ports, which people are shown. */
export const SERVICES_BY_PORT = SERVICES.toSorted((a, b) => a.port - b.port);

/**
 * The name without the kind: the key of its values in the chart, and the name of its dashboard.
 *
 * @param {string} name
 */
export const shortName = (name) => name.replace(/-(api|worker|gateway)$/, '');

/**
 * Whether a service connects to a server at all.
 *
 * @param {Service} service
 * @param {Server} server
 */
export const connects = ({ needs, asks = [] }, server) =>
  needs.includes(server) || asks.includes(server);
