import { asksWho, authEnvironment, deviceKey, keyIsKnown } from './auth.js';
import { DataFolder, confirmDeletion } from './data-folder.js';
import { makeClassArchive } from './kafka/class-archive.js';
import { type KafkaHandle, kafkaProcess } from './kafka/start-kafka.js';
import { terminalLine } from './log-line.js';
import { type MongoHandle, mongoProcess } from './mongo/start-mongo.js';
import { type MqttHandle, mqttProcess } from './mqtt/start-mqtt.js';
import type { StackOptions } from './options.js';
import { isPortFree } from './ports.js';
import type { ManagedProcess } from './processes/managed-process.js';
import { clearLeftover } from './processes/pid-file.js';
import { Supervisor } from './processes/supervisor.js';
import { readyText } from './ready-text.js';
import { reachable, serviceProcess } from './service.js';

/**
 * Starts the stack as the options say, and supervises it until `stop` is aborted; then stops the
 * services first, Kafka and MongoDB after them.
 */
export async function runStack(
  options: StackOptions,
  env: NodeJS.ProcessEnv,
  stop: AbortSignal,
  print: (line: string) => void,
): Promise<void> {
  const began = performance.now();
  const folder = new DataFolder(options.data);
  const external = {
    kafka: env['KAFKA_BOOTSTRAP_SERVERS'],
    mongo: env['MONGO_URL'],
    mqtt: env['MQTT_URL'],
  };
  const progress = options.quiet ? (): void => undefined : print;
  const backends = new Supervisor({ say: print });
  const services = new Supervisor({ say: print });
  try {
    await clearLeftovers(folder, options);
    if (options.clean) await cleanAfterAsking(folder, options, progress);
    folder.prepare();
    await checkPorts(options, external);
    const start = (supervisor: Supervisor, child: ManagedProcess): Promise<void> =>
      startOne(supervisor, child, stop, progress);
    const onBuild = (): void =>
      progress('Fetching Kafka and the MongoDB stand-in with Maven: this happens once …');

    const [kafka, mongo, mqtt] = await Promise.all([
      external.kafka
        ? undefined
        : startKafkaNode(folder, options, onBuild, (child) => start(backends, child)),
      external.mongo
        ? undefined
        : startMongoServer(folder, options, onBuild, (child) => start(backends, child)),
      external.mqtt
        ? undefined
        : startMqttBroker(folder, options, (child) => start(backends, child)),
    ]);
    const addresses = {
      KAFKA_BOOTSTRAP_SERVERS: kafka?.bootstrap ?? external.kafka ?? '',
      MONGO_URL: mongo?.url ?? external.mongo ?? '',
      MQTT_URL: mqtt?.url ?? external.mqtt ?? '',
    };
    const asks = asksWho(options.auth, env);
    const auth = asks ? await authEnvironment(folder.secrets, env) : {};
    await Promise.all(
      options.services.map(({ name, port }) => {
        const service = serviceProcess({
          name,
          port,
          env: { ...addresses, ...auth },
          logFile: folder.newLog(name),
          pidFile: folder.pidFile(name),
        });
        service.process.on('line', (line) => {
          const shown = terminalLine(name, line, options.verbose);
          if (shown !== undefined) print(shown);
        });
        return start(services, service.process);
      }),
    );
    const ingestion = options.services.find(({ name }) => name === 'ingestion-api');
    let keyFile: string | undefined;
    if (asks && ingestion && !stop.aborted) {
      keyFile = await deviceKey(folder.secrets, { ...addresses, ...auth });
      const host = reachable(env['HOST'] || '127.0.0.1');
      await keyIsKnown(`http://${host}:${ingestion.port}`, keyFile);
    }
    if (!stop.aborted) {
      const seconds = (performance.now() - began) / 1000;
      const mongoKind = mongo?.kind === 'stand-in' ? ' (a stand-in that speaks its protocol)' : '';
      const mqttKind =
        mqtt?.kind === 'embedded' ? ' (embedded; it keeps nothing over a restart)' : '';
      print(
        readyText({
          services: options.services,
          kafka: addresses.KAFKA_BOOTSTRAP_SERVERS,
          mongo: hidePassword(addresses.MONGO_URL) + mongoKind,
          mqtt: hidePassword(addresses.MQTT_URL) + mqttKind,
          dataDir: folder.path,
          secrets: asks ? folder.secrets : undefined,
          keyFile,
          seconds,
        }),
      );
      const stopped = new Promise((resolve) =>
        stop.addEventListener('abort', resolve, { once: true }),
      );
      // Now, and not before the first start: it costs some seconds, once, and the next start is the
      // one that is waited for. Without it Kafka only starts more slowly.
      if (kafka) await makeClassArchive(stop).catch(() => undefined);
      await stopped;
    }
  } catch (error) {
    if (!stop.aborted) throw error;
  } finally {
    await services.stop();
    await backends.stop();
  }
}

async function startKafkaNode(
  folder: DataFolder,
  options: StackOptions,
  onBuild: () => void,
  start: (child: ManagedProcess) => Promise<void>,
): Promise<KafkaHandle> {
  const kafka = await kafkaProcess({
    dataDir: folder.kafka,
    port: options.kafkaPort,
    logFile: folder.newLog('kafka'),
    onBuild,
  });
  await start(kafka.process);
  return kafka;
}

async function startMongoServer(
  folder: DataFolder,
  options: StackOptions,
  onBuild: () => void,
  start: (child: ManagedProcess) => Promise<void>,
): Promise<MongoHandle> {
  const mongo = await mongoProcess({
    dataDir: folder.mongo,
    port: options.mongoPort,
    logFile: folder.newLog('mongo'),
    onBuild,
  });
  await start(mongo.process);
  return mongo;
}

async function startMqttBroker(
  folder: DataFolder,
  options: StackOptions,
  start: (child: ManagedProcess) => Promise<void>,
): Promise<MqttHandle> {
  const mqtt = await mqttProcess({
    dataDir: folder.mqtt,
    port: options.mqttPort,
    logFile: folder.newLog('mqtt'),
  });
  await start(mqtt.process);
  return mqtt;
}

async function startOne(
  supervisor: Supervisor,
  child: ManagedProcess,
  stop: AbortSignal,
  progress: (line: string) => void,
): Promise<void> {
  stop.throwIfAborted();
  const began = performance.now();
  // Registered before it is ready, so that a stop in the middle of the start reaches it.
  supervisor.own(child);
  await child.start();
  supervisor.watch(child);
  progress(`${child.name.padEnd(19)}ready in ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

/**
 * Processes that an earlier stack on this folder left behind are stopped; a stack that still runs
 * there is an InUseError.
 */
async function clearLeftovers(folder: DataFolder, options: StackOptions): Promise<void> {
  const files = options.services.map((service) => folder.pidFile(service.name));
  await Promise.all(
    [...files, ...[folder.kafka, folder.mongo, folder.mqtt].map((of) => of + '/process.json')].map(
      (file) => clearLeftover(file),
    ),
  );
}

async function cleanAfterAsking(
  folder: DataFolder,
  options: StackOptions,
  progress: (line: string) => void,
): Promise<void> {
  if (!options.yes && !(await confirmDeletion(folder.path))) {
    progress('Nothing deleted; going on with the data that is there.');
    return;
  }
  folder.clean();
}

async function checkPorts(
  options: StackOptions,
  external: Record<'kafka' | 'mongo' | 'mqtt', string | undefined>,
): Promise<void> {
  const wanted: { what: string; port: number; flag: string }[] = options.services.map(
    ({ name, port }) => ({
      what: name,
      port,
      flag: '--ports',
    }),
  );
  if (!external.kafka)
    wanted.push({ what: 'Kafka', port: options.kafkaPort, flag: '--kafka-port' });
  if (!external.mongo)
    wanted.push({ what: 'MongoDB', port: options.mongoPort, flag: '--mongo-port' });
  if (!external.mqtt) wanted.push({ what: 'MQTT', port: options.mqttPort, flag: '--mqtt-port' });
  for (const { what, port, flag } of wanted) {
    if (!(await isPortFree(port)))
      throw new Error(
        `Port ${port} (${what}) is in use: stop what listens there, or choose another port with ${flag}.`,
      );
  }
}

function hidePassword(url: string): string {
  return url.replace(/\/\/([^:@/]+):[^@/]*@/, '//$1:…@');
}
