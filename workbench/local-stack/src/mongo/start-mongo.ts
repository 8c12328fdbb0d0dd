import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ensureBackends } from '../backends/cache.js';
import { EXIT_ON_OUT_OF_MEMORY, findJava, findOnPath } from '../backends/java.js';
import { freePort } from '../ports.js';
import { ManagedProcess } from '../processes/managed-process.js';
import { serverHandle, type ServerHandle } from '../processes/server-handle.js';
import { withParent } from '../processes/with-parent.js';
import { answersPing } from './ping.js';

const ALIVE_WITHIN_MS = 10_000;
const MAIN_CLASS = 'iot.backends.MongoStandIn';

export interface MongoOptions {
  /** Folder for data that outlives the process, and the pid file. */
  dataDir?: string;
  /**
   * Keeps everything in memory, in the stand-in: much faster, and gone with the process. Give this
   * or dataDir.
   */
  inMemory?: boolean;
  /** Default: a free one. */
  port?: number;
  /** Takes the stand-in even where a mongod is on PATH. */
  standIn?: boolean;
  /** Heap of the stand-in in MiB; default 1024. */
  heapMb?: number;
  logFile?: string;
  /** Told once when the jars have to be fetched first. */
  onBuild?: () => void;
}

/** A running MongoDB-protocol server. */
export interface MongoHandle extends ServerHandle {
  /** For MONGO_URL. */
  readonly url: string;
  /** "mongod" or "stand-in". */
  readonly kind: 'mongod' | 'stand-in';
}

/**
 * Prepares a server without starting it. Throws MissingToolError when there is neither a mongod nor
 * Java with Maven.
 */
export async function mongoProcess(options: MongoOptions): Promise<MongoHandle> {
  const port = options.port ?? (await freePort());
  const dataDir = options.dataDir === undefined ? undefined : resolve(options.dataDir);
  if (!options.inMemory && dataDir === undefined)
    throw new Error('startMongo needs a dataDir, or inMemory: true.');
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true });
  const mongod = options.standIn || options.inMemory ? undefined : findOnPath('mongod');
  const { command, args } =
    mongod && dataDir
      ? mongodCommand(mongod, dataDir, port)
      : await standInCommand(options, dataDir, port);
  const child = new ManagedProcess({
    name: 'mongo',
    command,
    args,
    isReady: () => answersPing(port),
    isAlive: () => answersPing(port, ALIVE_WITHIN_MS),
    ...(dataDir === undefined ? {} : { pidFile: join(dataDir, 'process.json') }),
    ...(options.logFile === undefined ? {} : { logFile: options.logFile }),
  });
  return serverHandle(child, port, {
    url: `mongodb://127.0.0.1:${port}/`,
    kind: mongod ? 'mongod' : 'stand-in',
  });
}

/**
 * Starts a MongoDB-protocol server and resolves when it answers. Throws MissingToolError when there
 * is neither a mongod nor Java with Maven.
 */
export async function startMongo(options: MongoOptions): Promise<MongoHandle> {
  const mongo = await mongoProcess(options);
  await mongo.process.start();
  return mongo;
}

function mongodCommand(
  mongod: string,
  dataDir: string,
  port: number,
): { command: string; args: string[] } {
  const dbPath = join(dataDir, 'mongod');
  mkdirSync(dbPath, { recursive: true });
  const args = ['--dbpath', dbPath, '--port', String(port), '--bind_ip', '127.0.0.1', '--quiet'];
  return withParent({ command: mongod, args });
}

async function standInCommand(
  options: MongoOptions,
  dataDir: string | undefined,
  port: number,
): Promise<{ command: string; args: string[] }> {
  const command = findJava();
  const backends = await ensureBackends(options.onBuild ? { onBuild: options.onBuild } : {});
  const store = options.inMemory || dataDir === undefined ? 'mem' : join(dataDir, 'stand-in.mv.db');
  return {
    command,
    args: [
      `-Xmx${options.heapMb ?? 1024}m`,
      EXIT_ON_OUT_OF_MEMORY,
      '-XX:+UseSerialGC',
      '-cp',
      backends.classPath,
      MAIN_CLASS,
      store,
      String(port),
    ],
  };
}
