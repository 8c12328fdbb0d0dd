import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder, ensureTool } from './ensure-tool.js';

let folder: string;
let env: NodeJS.ProcessEnv;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iot-tools-'));
  mkdirSync(join(folder, 'bin'));
  env = { PATH: `${join(folder, 'bin')}:/usr/bin:/bin`, IOT_CACHE_DIR: folder };
});
afterEach(() => rmSync(folder, { recursive: true }));

const program = (name: string, script: string): void =>
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
/** A `go` that notes its runs and writes the program asked for. */
const go = `printf x >> "\${0%/*}/runs"; while [ "$1" != -o ]; do shift; done; sleep 0.2; echo built > "$2"`;
const runs = (): number => readFileSync(join(folder, 'bin', 'runs'), 'utf8').length;

describe('ensureTool', () => {
  it('builds once, however many ask at the same time and afterwards, and says so once', async () => {
    program('go', go);
    const said: string[] = [];
    const onBuild = (line: string): void => void said.push(line);
    const paths = await Promise.all(
      [1, 2, 3].map(() => ensureTool('kubeconform', { env, onBuild })),
    );
    paths.push(await ensureTool('kubeconform', { env, onBuild }));
    expect(new Set(paths).size).toBe(1);
    expect(readFileSync(paths[0]!, 'utf8')).toBe('built\n');
    expect(runs()).toBe(1);
    expect(said).toEqual([expect.stringMatching(/^Building kubeconform v[\d.]+ from Go modules/)]);
  });

  it('passes on what Go said when the build fails, and keeps nothing of it', async () => {
    program('go', 'echo "no such module" >&2; exit 1');
    await expect(ensureTool('kwok', { env })).rejects.toThrow(
      'kwok could not be built: no such module',
    );
    expect(existsSync(join(cacheFolder(env), 'kwok'))).toBe(false);
    program('go', go);
    await expect(ensureTool('kwok', { env })).resolves.toMatch(/\/kwok$/);
  });

  it('says what to install when there is no Go', async () => {
    await expect(
      ensureTool('kwok', { env: { ...env, PATH: join(folder, 'bin') } }),
    ).rejects.toThrow(/^Go was not found: install Go 1.24 or newer/);
  });

  it('uses a helm 3 or 4 that is there, and no other', async () => {
    program('helm', 'echo v4.0.1+g1');
    await expect(ensureTool('helm', { env })).resolves.toBe(join(folder, 'bin', 'helm'));
    program('helm', 'echo v2.17.0+g1');
    program('go', go);
    await expect(ensureTool('helm', { env })).resolves.toContain(cacheFolder(env));
  });
});

describe('cacheFolder', () => {
  it('is where IOT_CACHE_DIR says, else in the cache of the user', () => {
    expect(cacheFolder({ IOT_CACHE_DIR: '/a' })).toBe('/a/kubernetes');
    expect(cacheFolder({ XDG_CACHE_HOME: '/b' })).toBe('/b/iot-telemetry/kubernetes');
    expect(cacheFolder({})).toMatch(/\/\.cache\/iot-telemetry\/kubernetes$/);
  });
});
