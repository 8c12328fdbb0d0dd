import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MissingToolError, findBuildTools, findJava, parseJavaRelease } from './java.js';

describe('parseJavaRelease', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['openjdk version "21" 2023-09-19', 21],
    ['java version "1.8.0_402"', 8],
    ['', 0],
  ])('reads %j as %i', (text, release) => expect(parseJavaRelease(text)).toBe(release));
});

describe('a machine without Java', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'iot-java-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const program = (name: string, script: string): void =>
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

  it('is told in one line what to install and what else would do', () => {
    const error = caught(() => findJava({ PATH: folder }));
    expect(error).toBeInstanceOf(MissingToolError);
    expect(error.message).toMatch(/^Java was not found: install a JDK 17 or newer and Maven/);
    for (const part of ['docker compose up', 'KAFKA_BOOTSTRAP_SERVERS', 'MONGO_URL'])
      expect(error.message).toContain(part);
    expect(error.message).not.toContain('\n');
  });

  it('is told so too when the Java there is too old, or Maven is missing', async () => {
    program('java', `echo 'openjdk version "11.0.2"' >&2`);
    await expect(findBuildTools({ PATH: folder })).rejects.toThrow(/Java 11, which is too old/);
    program('java', `echo 'openjdk version "17.0.2"' >&2`);
    await expect(findBuildTools({ PATH: folder })).rejects.toThrow(/no Java compiler/);
    program('javac', '');
    program('jar', '');
    await expect(findBuildTools({ PATH: folder })).rejects.toThrow(/Maven \(mvn\) was not found/);
  });

  it('is served by JAVA_HOME when PATH has none', () => {
    mkdirSync(join(folder, 'bin'));
    program(join('bin', 'java'), '');
    expect(findJava({ PATH: '', JAVA_HOME: folder })).toBe(join(folder, 'bin', 'java'));
  });
});

function caught(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('It did not throw.');
}
