import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../workspace.js';
import { ensureBackends, sourceHashes } from './cache.js';

let folder: string;
let env: NodeJS.ProcessEnv;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iot-cache-'));
  env = { PATH: `${folder}:${process.env['PATH'] ?? ''}`, JAVA_HOME: '' };
  program('java', `echo 'openjdk version "17.0.2"' >&2`);
  program('javac', '');
  program('jar', 'touch "$3"');
});
afterEach(() => rmSync(folder, { recursive: true }));

const program = (name: string, script: string): void =>
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
const mavenRuns = (): number =>
  existsSync(join(folder, 'runs')) ? readFileSync(join(folder, 'runs'), 'utf8').length : 0;
const cached = (): string[] =>
  existsSync(join(folder, 'backends')) ? readdirSync(join(folder, 'backends')) : [];

describe('ensureBackends', () => {
  it('builds once, however many ask at the same time and afterwards', async () => {
    program(
      'mvn',
      `printf x >> '${folder}/runs'; sleep 0.3; for a in "$@"; do case $a in -DoutputDirectory=*) touch "\${a#*=}/kafka.jar";; esac; done`,
    );
    const [first, second] = await Promise.all([
      ensureBackends({ cacheDir: folder, env }),
      ensureBackends({ cacheDir: folder, env }),
    ]);
    const third = await ensureBackends({ cacheDir: folder, env });
    expect(mavenRuns()).toBe(1);
    expect(second).toEqual(first);
    expect(third).toEqual(first);
    expect(first?.classPath.split(':').map((jar) => jar.slice(jar.lastIndexOf('/') + 1))).toEqual([
      'kafka.jar',
      'iot-backends.jar',
    ]);
    expect(cached().map((name) => name.slice(0, name.indexOf('-')))).toEqual(['classes', 'jars']);
  });

  it('never takes a download that failed half-way for a whole one, and passes on what Maven said', async () => {
    program(
      'mvn',
      `for a in "$@"; do case $a in -DoutputDirectory=*) touch "\${a#*=}/half.jar";; esac; done; echo 'no route to repository'; exit 1`,
    );
    await expect(ensureBackends({ cacheDir: folder, env })).rejects.toThrow(
      /Maven could not fetch .*no route to repository/s,
    );
    expect(cached()).toEqual([]);
  });

  it('takes over the lock of a build whose process is gone', async () => {
    program('mvn', `printf x >> '${folder}/runs'`);
    const lock = join(
      folder,
      'backends',
      `jars-${sourceHashes(join(packageRoot(), 'backends')).pom}.lock`,
    );
    mkdirSync(lock, { recursive: true });
    writeFileSync(join(lock, 'owner'), '999999999 1');
    await ensureBackends({ cacheDir: folder, env });
    expect(mavenRuns()).toBe(1);
  });
});

describe('sourceHashes', () => {
  it('change with pom.xml, with a Java source and with its name; a source leaves the fetched jars alone', () => {
    mkdirSync(join(folder, 'src'));
    copyFileSync(join(packageRoot(), 'backends', 'pom.xml'), join(folder, 'pom.xml'));
    writeFileSync(join(folder, 'src', 'A.java'), 'class A {}');
    const hashes = [sourceHashes(folder)];
    writeFileSync(join(folder, 'src', 'A.java'), 'class A { }');
    hashes.push(sourceHashes(folder));
    rmSync(join(folder, 'src', 'A.java'));
    writeFileSync(join(folder, 'src', 'B.java'), 'class A { }');
    hashes.push(sourceHashes(folder));
    expect(new Set(hashes.map(({ pom }) => pom)).size).toBe(1);
    writeFileSync(
      join(folder, 'pom.xml'),
      readFileSync(join(folder, 'pom.xml'), 'utf8').replace('4.1.0', '4.1.1'),
    );
    hashes.push(sourceHashes(folder));
    expect(hashes[3]?.pom).not.toBe(hashes[2]?.pom);
    expect(new Set(hashes.map(({ classes }) => classes)).size).toBe(4);
  });
});
