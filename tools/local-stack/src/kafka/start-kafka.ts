import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Backends, ensureBackends } from '../backends/cache.js';
import { findJava } from '../backends/java.js';
import { freePort } from '../ports.js';
import { ManagedProcess } from '../processes/managed-process.js';
import { classArchiveOptions } from './class-archive.js';
import { LOG4J2, brokerProperties } from './broker-properties.js';
import { answersForGroups } from './coordinator-probe.js';

const MAIN_CLASS = 'iot.backends.KafkaNode';
const CLUSTER_ID = 'aW90LWxvY2FsLXN0YWNrMQ';

export interface KafkaOptions {
  /** Folder for the broker's configuration, data and pid file; made when missing. */
  dataDir: string;
  /** Default: a free one. */
  port?: number;
  /** More lines for server.properties, such as `{ 'message.max.bytes': '2000000' }`. */
  properties?: Readonly<Record<string, string>>;
  /** Heap in MiB; default 512. */
  heapMb?: number;
  logFile?: string;
  /** Told once when the jars have to be fetched first. */
  onBuild?: () => void;
}

/** A running broker. */
export interface KafkaHandle {
  readonly process: ManagedProcess;
  /** host:port for KAFKA_BOOTSTRAP_SERVERS. */
  readonly bootstrap: string;
  readonly port: number;
  readonly pid: number;
  /** Clean shutdown. */
  stop(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Stops it when it runs and starts it on the same port and data; resolves when it serves again. */
  restart(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
}

/** Prepares a broker without starting it. Throws MissingToolError without Java or Maven. */
export async function kafkaProcess(options: KafkaOptions): Promise<KafkaHandle> {
  const java = findJava();
  const backends = await ensureBackends(options.onBuild ? { onBuild: options.onBuild } : {});
  const archive = await classArchiveOptions(backends, async (jvmOptions, dataDir) => {
    const broker = brokerProcess(java, backends, jvmOptions, await freePort(), await freePort(), { dataDir });
    await broker.start();
    await broker.stop();
  });
  const port = options.port ?? (await freePort());
  const child = brokerProcess(java, backends, archive, port, await freePort(), options);
  return {
    process: child,
    bootstrap: `127.0.0.1:${port}`,
    port,
    get pid() {
      return child.pid;
    },
    stop: () => child.stop(),
    kill: () => child.kill(),
    restart: () => child.restart(),
    signal: (signal) => child.signal(signal),
  };
}

/** Starts an Apache Kafka of one node and resolves when it serves consumer groups. Throws MissingToolError without Java or Maven. */
export async function startKafka(options: KafkaOptions): Promise<KafkaHandle> {
  const kafka = await kafkaProcess(options);
  await kafka.process.start();
  return kafka;
}

function brokerProcess(
  java: string,
  backends: Backends,
  archive: string[],
  port: number,
  controllerPort: number,
  options: KafkaOptions,
): ManagedProcess {
  const dataDir = resolve(options.dataDir);
  const logDir = join(dataDir, 'log-segments');
  const propertiesFile = join(dataDir, 'server.properties');
  const log4j2File = join(dataDir, 'log4j2.yaml');
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(propertiesFile, brokerProperties({ port, controllerPort, logDir }, options.properties));
  writeFileSync(log4j2File, LOG4J2);
  return new ManagedProcess({
    name: 'kafka',
    command: java,
    // Measured: the serial collector and the quick compiler alone start a broker sooner, and serve the first 150,000 records with a third of the CPU time.
    args: [
      `-Xmx${options.heapMb ?? 512}m`,
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      ...archive,
      `-Dlog4j2.configurationFile=${log4j2File}`,
      '-cp',
      backends.classPath,
      MAIN_CLASS,
      propertiesFile,
      logDir,
      CLUSTER_ID,
    ],
    pidFile: join(dataDir, 'process.json'),
    isReady: () => answersForGroups(port),
    ...(options.logFile === undefined ? {} : { logFile: options.logFile }),
  });
}
