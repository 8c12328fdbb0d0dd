import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The lowest Java release that Apache Kafka 4 runs on. */
export const MIN_JAVA = 17;

/**
 * A JVM that ran out of memory lives on with dead threads and answers nothing; one that ends is
 * started again.
 */
export const EXIT_ON_OUT_OF_MEMORY = '-XX:+ExitOnOutOfMemoryError';

const OTHER_WAYS =
  'or run `docker compose up`, or set KAFKA_BOOTSTRAP_SERVERS and MONGO_URL to servers of your own.';

/**
 * A program the embedded servers need is missing or too old; the message is one line that says what
 * to install and what else would do.
 */
export class MissingToolError extends Error {
  constructor(what: string) {
    super(
      `${what}: install a JDK ${MIN_JAVA} or newer and Maven (Debian and Ubuntu: apt-get install openjdk-17-jdk-headless maven; macOS: brew install openjdk maven), ${OTHER_WAYS}`,
    );
    this.name = 'MissingToolError';
  }
}

/** The full path of a program on PATH, or undefined. */
export function findOnPath(
  program: string,
  env: NodeJS.ProcessEnv = process.env,
): string | undefined {
  return firstExecutable((env['PATH'] ?? '').split(delimiter), program);
}

/** The `java` to run: that of JAVA_HOME, else that of PATH. Throws MissingToolError. */
export function findJava(env: NodeJS.ProcessEnv = process.env): string {
  return jdkProgram('java', env) ?? fail('Java was not found');
}

export interface BuildTools {
  javac: string;
  jar: string;
  maven: string;
}

/**
 * What it takes to fetch the jars and compile our few classes. Throws MissingToolError when one is
 * missing or Java is too old.
 */
export async function findBuildTools(env: NodeJS.ProcessEnv = process.env): Promise<BuildTools> {
  const java = findJava(env);
  const release = await javaRelease(java);
  if (release < MIN_JAVA) fail(`${java} is Java ${release}, which is too old for Apache Kafka 4`);
  const javac =
    jdkProgram('javac', env) ?? fail('A Java runtime is here but no Java compiler (javac)');
  const jar = jdkProgram('jar', env) ?? fail('A Java runtime is here but not the JDK (jar)');
  const maven = findOnPath('mvn', env) ?? fail('Maven (mvn) was not found');
  return { javac, jar, maven };
}

/**
 * The release number in what `java -version` prints: 17 for `"17.0.15"`, 8 for `"1.8.0_402"`, 0
 * when there is none.
 */
export function parseJavaRelease(versionText: string): number {
  const match = /version "(\d+)(?:\.(\d+))?/.exec(versionText);
  if (!match) return 0;
  const first = Number(match[1]);
  return first === 1 ? Number(match[2] ?? 0) : first;
}

async function javaRelease(java: string): Promise<number> {
  const { stderr, stdout } = await run(java, ['-version']).catch(() => ({
    stderr: '',
    stdout: '',
  }));
  return parseJavaRelease(stderr + stdout);
}

function jdkProgram(program: string, env: NodeJS.ProcessEnv): string | undefined {
  const home = env['JAVA_HOME'];
  return (
    (home ? firstExecutable([join(home, 'bin')], program) : undefined) ?? findOnPath(program, env)
  );
}

function firstExecutable(folders: readonly string[], program: string): string | undefined {
  for (const folder of folders) {
    if (folder === '') continue;
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

function fail(what: string): never {
  throw new MissingToolError(what);
}
