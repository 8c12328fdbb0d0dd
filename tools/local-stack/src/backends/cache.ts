import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot, workspaceRoot } from '../workspace.js';
import { findBuildTools } from './java.js';
import { withLock } from './lock.js';

const run = promisify(execFile);

/** Where the jars of the embedded servers are. */
export interface Backends {
  /** The class path of both servers. */
  classPath: string;
  /** Folder of this version in the cache. */
  folder: string;
}

export interface CacheOptions {
  /** The cache's folder; default IOT_CACHE_DIR, else `.cache` of the workspace. */
  cacheDir?: string;
  env?: NodeJS.ProcessEnv;
  /** Told once when there is something to fetch and build. */
  onBuild?: () => void;
}

/**
 * The embedded servers' jars, fetched by Maven and compiled once for each content of pom.xml and our Java sources. Safe to call from several processes at once.
 * Throws MissingToolError when Java or Maven is missing, and an Error with Maven's own words when the download fails.
 */
export async function ensureBackends(options: CacheOptions = {}): Promise<Backends> {
  const env = options.env ?? process.env;
  const cache = join(options.cacheDir ?? env['IOT_CACHE_DIR'] ?? join(workspaceRoot(), '.cache'), 'backends');
  const sources = join(packageRoot(), 'backends');
  const folder = join(cache, sourcesHash(sources));
  if (!existsSync(folder)) {
    const tools = await findBuildTools(env);
    mkdirSync(cache, { recursive: true });
    await withLock(folder + '.lock', async () => {
      if (existsSync(folder)) return;
      options.onBuild?.();
      // Built beside its final place and renamed: a download that was cut short is never taken for a whole one.
      const half = join(cache, '.building-' + randomUUID());
      try {
        await build(sources, half, tools, env);
        renameSync(half, folder);
      } finally {
        rmSync(half, { recursive: true, force: true });
      }
    });
  }
  return { folder, classPath: classPath(join(folder, 'lib')) };
}

/** A hash over pom.xml and the Java sources: other content, other folder in the cache. */
export function sourcesHash(backendsFolder: string): string {
  const hash = createHash('sha256');
  for (const file of sourceFiles(backendsFolder))
    hash
      .update(file + '\0')
      .update(readFileSync(join(backendsFolder, file)))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
}

function sourceFiles(backendsFolder: string): string[] {
  const java = readdirSync(join(backendsFolder, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.java'));
  return ['pom.xml', ...java.sort().map((name) => join('src', name))];
}

async function build(
  sources: string,
  target: string,
  tools: { maven: string; javac: string; jar: string },
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const lib = join(target, 'lib');
  const classes = join(target, 'classes');
  mkdirSync(lib, { recursive: true });
  mkdirSync(classes);
  await step(
    'Maven could not fetch Kafka and the MongoDB stand-in',
    tools.maven,
    ['-q', '-B', '-f', join(sources, 'pom.xml'), 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${lib}`],
    env,
  );
  const java = sourceFiles(sources)
    .filter((name) => name.endsWith('.java'))
    .map((name) => join(sources, name));
  await step("The local stack's Java sources do not compile", tools.javac, ['-nowarn', '-cp', join(lib, '*'), '-d', classes, ...java], env);
  await step(
    "The local stack's jar could not be written",
    tools.jar,
    ['--create', '--file', join(lib, 'iot-backends.jar'), '-C', classes, '.'],
    env,
  );
}

async function step(problem: string, program: string, args: string[], env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await run(program, args, { env, maxBuffer: 16 << 20 });
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`${problem}: ${(stdout + stderr).trim() || message}`, { cause: error });
  }
}

/** Every jar by name, in one order: a class data archive is only valid for the very class path it was made with. */
function classPath(lib: string): string {
  return readdirSync(lib)
    .filter((name) => name.endsWith('.jar'))
    .sort()
    .map((name) => join(lib, name))
    .join(':');
}
