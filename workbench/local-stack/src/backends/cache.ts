import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot, workspaceRoot } from '../workspace.js';
import { findBuildTools } from './java.js';
import { withLock } from './lock.js';

const run = promisify(execFile);
const OWN_JAR = 'iot-backends.jar';

/** What it takes to run the embedded servers. */
export interface Backends {
  /** The class path of both: the jars that Maven fetched, and our own. */
  classPath: string;
  /** Where Kafka's class archive is, once it was made; it belongs to this very class path. */
  classArchive: string;
}

export interface CacheOptions {
  /** The cache's folder; default IOT_CACHE_DIR, else `.cache` of the workspace. */
  cacheDir?: string;
  env?: NodeJS.ProcessEnv;
  /** Told once when there is something to fetch and build. */
  onBuild?: () => void;
}

/**
 * The embedded servers' jars: fetched by Maven once for each content of pom.xml, and our own
 * classes compiled once for each content of their sources. Safe to call from several processes at
 * once. Throws MissingToolError when Java or Maven is missing, and an Error with Maven's own words
 * when the download fails.
 */
export async function ensureBackends(options: CacheOptions = {}): Promise<Backends> {
  const env = options.env ?? process.env;
  const cache = join(
    options.cacheDir ?? env['IOT_CACHE_DIR'] ?? join(workspaceRoot(), '.cache'),
    'backends',
  );
  const sources = join(packageRoot(), 'backends');
  const { pom, classes } = sourceHashes(sources);
  const jars = await cached(join(cache, 'jars-' + pom), async (folder) => {
    const { maven } = await findBuildTools(env);
    options.onBuild?.();
    await fetchJars(join(sources, 'pom.xml'), folder, maven, env);
  });
  const own = await cached(join(cache, 'classes-' + classes), async (folder) => {
    await compile(sources, jars, folder, await findBuildTools(env), env);
  });
  return {
    classPath: [...jarsIn(jars), join(own, OWN_JAR)].join(':'),
    classArchive: join(own, 'kafka.jsa'),
  };
}

/**
 * Hashes over pom.xml, and over it and the Java sources: other content, other folder in the cache.
 */
export function sourceHashes(backendsFolder: string): { pom: string; classes: string } {
  const hash = createHash('sha256').update(readFileSync(join(backendsFolder, 'pom.xml')));
  const pom = hash.copy().digest('hex').slice(0, 16);
  for (const file of javaFiles(backendsFolder))
    hash.update('\0' + file + '\0').update(readFileSync(join(backendsFolder, file)));
  return { pom, classes: hash.digest('hex').slice(0, 16) };
}

/**
 * The folder, made by `make` when it is not there yet: beside its final place and then renamed, so
 * that work cut short is never taken for a whole one.
 */
export async function cached(
  folder: string,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  if (existsSync(folder)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  await withLock(folder + '.lock', async () => {
    if (existsSync(folder)) return;
    const half = join(dirname(folder), '.building-' + randomUUID());
    mkdirSync(half);
    try {
      await make(half);
      renameSync(half, folder);
    } finally {
      rmSync(half, { recursive: true, force: true });
    }
  });
  return folder;
}

async function fetchJars(
  pom: string,
  folder: string,
  maven: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const args = [
    '-q',
    '-B',
    '-f',
    pom,
    'dependency:copy-dependencies',
    '-DincludeScope=runtime',
    `-DoutputDirectory=${folder}`,
  ];
  await step('Maven could not fetch Kafka and the MongoDB stand-in', maven, args, env);
}

async function compile(
  sources: string,
  jars: string,
  folder: string,
  tools: { javac: string; jar: string },
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const classes = join(folder, 'classes');
  const files = javaFiles(sources).map((name) => join(sources, name));
  await step(
    "The local stack's Java sources do not compile",
    tools.javac,
    ['-nowarn', '-cp', join(jars, '*'), '-d', classes, ...files],
    env,
  );
  await step(
    "The local stack's jar could not be written",
    tools.jar,
    ['--create', '--file', join(folder, OWN_JAR), '-C', classes, '.'],
    env,
  );
}

async function step(
  problem: string,
  program: string,
  args: string[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  try {
    await run(program, args, { env, maxBuffer: 16 << 20 });
  } catch (error) {
    const {
      stdout = '',
      stderr = '',
      message,
    } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`${problem}: ${(stdout + stderr).trim() || message}`, { cause: error });
  }
}

function javaFiles(backendsFolder: string): string[] {
  const files = readdirSync(join(backendsFolder, 'src'), { recursive: true, encoding: 'utf8' });
  return files
    .filter((name) => name.endsWith('.java'))
    .sort()
    .map((name) => join('src', name));
}

/**
 * Every jar by name, in one order: a class data archive is only valid for the very class path it
 * was made with.
 */
function jarsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jar'))
    .sort()
    .map((name) => join(folder, name));
}
