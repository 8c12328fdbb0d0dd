import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { workspaceRoot } from '@iot/local-stack';
import { load } from 'js-yaml';

const ROOT = workspaceRoot();
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const WORKFLOWS = readdirSync(join(ROOT, '.github', 'workflows'));

describe('the workflows', () => {
  it.each(WORKFLOWS)('%s uses actions by commit, and says of which version that is', (file) => {
    const uses = read(`.github/workflows/${file}`).match(/uses: .*/g) ?? [];
    const others = uses.filter((it) => !it.startsWith('uses: ./'));
    for (const it of others)
      expect(it).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('sign what they publish, name the base by digest, and add the licences to the release', () => {
    const release = read('.github/workflows/release.yml');
    expect(release.match(/cosign sign --yes/g)).toHaveLength(2);
    expect(release).toContain('BASE_IMAGE=${{ steps.base.outputs.image }}');
    expect(release).toContain('gh release upload "$GITHUB_REF_NAME" LICENCES.md');
  });

  it('look for updates in every folder that names versions', () => {
    const { updates } = load(read('.github/dependabot.yml')) as {
      updates: { directory?: string; directories?: string[] }[];
    };
    for (const { directory, directories = [directory!] } of updates)
      for (const folder of directories)
        expect([folder, existsSync(join(ROOT, folder.replace('/*', '')))]).toEqual([folder, true]);
  });
});

describe('the licences of packages', () => {
  it('stay in the image, whatever their files are called', () => {
    const [, clean] = /&& (find \. -path '\*\/node_modules[^]*?-delete)/.exec(read('Dockerfile'))!;
    const folder = mkdtempSync(join(tmpdir(), 'iot-image-'));
    const kept = [
      'LICENSE',
      'LICENSE.md',
      'license.md',
      'LICENCE.md',
      'LICENSE-MIT.md',
      'NOTICE.md',
      'index.js',
    ];
    const gone = ['README.md', 'CHANGELOG.md', 'index.js.map', 'index.d.ts', 'index.d.mts'];
    try {
      for (const file of [...kept, ...gone]) {
        const path = join(folder, 'node_modules', 'a', file);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, '');
      }
      execFileSync('sh', ['-c', clean!.replaceAll('\\\n', ' ')], { cwd: folder });
      expect(readdirSync(join(folder, 'node_modules', 'a')).sort()).toEqual(kept.toSorted());
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('are reported, each with a name', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(ROOT, 'ops/container/licences.mjs')],
      { encoding: 'utf8' },
    );
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^\| kafkajs \| 2\.2\.4 \| MIT \| LICENSE/m);
    expect(stdout).not.toMatch(/^\| jest \|/m);
  });
});
