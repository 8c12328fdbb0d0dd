import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBackends } from '../backends/cache.js';
import { EXIT_ON_OUT_OF_MEMORY, findJava } from '../backends/java.js';
import { freePort } from '../ports.js';
import { ManagedProcess } from '../processes/managed-process.js';
import { serverHandle, type ServerHandle } from '../processes/server-handle.js';
import { CLUSTER_ID, writeBrokerFiles } from './broker-files.js';
import { answersAtAll, answersForGroups } from './coordinator-probe.js';

const MAIN_CLASS = 'iot.backends.KafkaNode';

export interface KafkaOptions {
  /** Folder for the broker's configuration, data and pid file; made when missing. */
  dataDir: string;
  /** Default: a free one. */
  port?: number;
  /** More lines for server.properties, such as `{ 'message.max.bytes': '2000000' }`. */
  properties?: Readonly<Record<string, string>>;
  /**
   * Passwords by user name: a second listener, where they log in by SASL/PLAIN and have the rights
   * that ACLs give them. Who comes by the first one may do everything.
   */
  users?: Readonly<Record<string, string>>;
  /** Heap in MiB; default 512. */
  heapMb?: number;
  /** More options for the JVM, in place of those that use the class archive. */
  jvmOptions?: readonly string[];
  /** Time that a clean shutdown may take before it is killed; default 15,000 ms. */
  stopGraceMs?: number;
  logFile?: string;
  /** Told once when the jars have to be fetched first. */
  onBuild?: () => void;
}

/** A running broker. */
export interface KafkaHandle extends ServerHandle {
  /** host:port for KAFKA_BOOTSTRAP_SERVERS. */
  readonly bootstrap: string;
  /** The same for the listener of {@link KafkaOptions.users}; empty without them. */
  readonly authorizedBootstrap: string;
}

/** Prepares a broker without starting it. Throws MissingToolError without Java or Maven. */
export async function kafkaProcess(options: KafkaOptions): Promise<KafkaHandle> {
  const java = findJava();
  const backends = await ensureBackends(options.onBuild ? { onBuild: options.onBuild } : {});
  const port = options.port ?? (await freePort());
  const { users } = options;
  const authorized = users && { port: await freePort(), users };
  const ports = { port, controllerPort: await freePort(), ...(authorized && { authorized }) };
  const { dataDir, propertiesFile, logDir, jvmOptions } = writeBrokerFiles(
    options.dataDir,
    ports,
    options.properties,
  );
  const classes = options.jvmOptions ?? archiveOptions(backends.classArchive);
  const jvm = [
    `-Xmx${options.heapMb ?? 512}m`,
    EXIT_ON_OUT_OF_MEMORY,
    ...classes,
    ...jvmOptions,
    '-cp',
    backends.classPath,
  ];
  const child = new ManagedProcess({
    name: 'kafka',
    command: java,
    args: [...jvm, MAIN_CLASS, propertiesFile, logDir, CLUSTER_ID],
    pidFile: join(dataDir, 'process.json'),
    isReady: () => answersForGroups(port),
    isAlive: () => answersAtAll(port),
    stopGraceMs: options.stopGraceMs ?? 15_000,
    ...(options.logFile === undefined ? {} : { logFile: options.logFile }),
  });
  return serverHandle(child, port, {
    bootstrap: `127.0.0.1:${port}`,
    authorizedBootstrap: authorized ? `127.0.0.1:${authorized.port}` : '',
  });
}

/**
 * Starts an Apache Kafka of one node and resolves when it serves consumer groups. Throws
 * MissingToolError without Java or Maven.
 */
export async function startKafka(options: KafkaOptions): Promise<KafkaHandle> {
  const kafka = await kafkaProcess(options);
  await kafka.process.start();
  return kafka;
}

/** A JVM that is another one than made the archive goes on without it, and without a word. */
function archiveOptions(classArchive: string): string[] {
  return existsSync(classArchive)
    ? ['-XX:SharedArchiveFile=' + classArchive, '-Xlog:cds=off', '-Xlog:cds+dynamic=off']
    : [];
}
