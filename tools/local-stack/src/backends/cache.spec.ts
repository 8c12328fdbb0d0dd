import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../workspace.js';
import { ensureBackends, sourcesHash } from './cache.js';

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

const program = (name: string, script: string): void => writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
const mavenRuns = (): number => (existsSync(join(folder, 'runs')) ? readFileSync(join(folder, 'runs'), 'utf8').length : 0);
const cached = (): string[] => (existsSync(join(folder, 'backends')) ? readdirSync(join(folder, 'backends')) : []);

describe('ensureBackends', () => {
  it('builds once, however many ask at the same time and afterwards', async () => {
    program(
      'mvn',
      `printf x >> '${folder}/runs'; sleep 0.3; for a in "$@"; do case $a in -DoutputDirectory=*) touch "\${a#*=}/kafka.jar";; esac; done`,
    );
    const [first, second] = await Promise.all([ensureBackends({ cacheDir: folder, env }), ensureBackends({ cacheDir: folder, env })]);
    const third = await ensureBackends({ cacheDir: folder, env });
    expect(mavenRuns()).toBe(1);
    expect(second).toEqual(first);
    expect(third).toEqual(first);
    expect(first?.classPath.split(':').map((jar) => jar.slice(jar.lastIndexOf('/') + 1))).toEqual(['iot-backends.jar', 'kafka.jar']);
    expect(cached()).toEqual([first?.folder.slice(join(folder, 'backends').length + 1)]);
  });

  it('never takes a download that failed half-way for a whole one, and passes on what Maven said', async () => {
    program(
      'mvn',
      `for a in "$@"; do case $a in -DoutputDirectory=*) touch "\${a#*=}/half.jar";; esac; done; echo 'no route to repository'; exit 1`,
    );
    await expect(ensureBackends({ cacheDir: folder, env })).rejects.toThrow(/Maven could not fetch .*no route to repository/s);
    expect(cached()).toEqual([]);
  });

  it('takes over the lock of a build whose process is gone', async () => {
    program('mvn', `printf x >> '${folder}/runs'`);
    const lock = join(folder, 'backends', sourcesHash(join(packageRoot(), 'backends')) + '.lock');
    mkdirSync(lock, { recursive: true });
    writeFileSync(join(lock, 'owner'), '999999999 1');
    await ensureBackends({ cacheDir: folder, env });
    expect(mavenRuns()).toBe(1);
  });
});

describe('sourcesHash', () => {
  it('changes with pom.xml, with a Java source and with its name', () => {
    mkdirSync(join(folder, 'src'));
    copyFileSync(join(packageRoot(), 'backends', 'pom.xml'), join(folder, 'pom.xml'));
    writeFileSync(join(folder, 'src', 'A.java'), 'class A {}');
    const hashes = [sourcesHash(folder)];
    writeFileSync(join(folder, 'src', 'A.java'), 'class A { }');
    hashes.push(sourcesHash(folder));
    writeFileSync(join(folder, 'pom.xml'), readFileSync(join(folder, 'pom.xml'), 'utf8').replace('4.1.0', '4.1.1'));
    hashes.push(sourcesHash(folder));
    rmSync(join(folder, 'src', 'A.java'));
    writeFileSync(join(folder, 'src', 'B.java'), 'class A { }');
    hashes.push(sourcesHash(folder));
    expect(new Set(hashes).size).toBe(4);
  });
});
