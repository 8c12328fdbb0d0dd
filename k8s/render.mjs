/**
 * Renders the plain manifests of this folder from the chart: node k8s/render.mjs [--check]
 * With --check nothing is written, and the exit code is 1 when a file is not what the chart renders
 * now.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const NAME = 'iot-telemetry';
const HEADER = '# Rendered from helm/iot-telemetry by k8s/render.mjs: change the chart, not this file.\n';
/** Folder of each template of the chart that is not part of the platform itself. */
const FOLDERS = { dev: 'backends' };
/** The hooks that are needed without Helm too; what init does, the services do themselves. */
const HOOKS = ['hooks/auth-secret.yaml'];

/** Helm's program: 3 or 4 from PATH, else built from Go modules once. */
function helmProgram() {
  if (/^v[34]\./.test(spawnSync('helm', ['version', '--short'], { encoding: 'utf8' }).stdout ?? '')) return 'helm';
  const tool = join(root, 'workbench', 'local-cluster', 'bin', 'tool.mjs');
  const { status, stdout } = spawnSync(process.execPath, [tool, 'helm'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) process.exit(1);
  return stdout.trim().split('\n').at(-1);
}

/** What the chart renders. @throws what Helm says is wrong */
function template(helm, ...options) {
  const args = ['template', NAME, join(root, 'helm', NAME), '--namespace', NAME, '--values', join(here, 'values.yaml'), ...options];
  const { status, stdout, stderr } = spawnSync(helm, args, { encoding: 'utf8', maxBuffer: 64 << 20 });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/**
 * The files, by their path in this folder: one for each template, and a kustomization for each
 * folder.
 */
export function renderManifests(helm = helmProgram()) {
  const hooks = HOOKS.flatMap((hook) => ['--show-only', `templates/${hook}`]);
  const stdout = template(helm, '--no-hooks') + template(helm, ...hooks);
  const files = new Map();
  for (const [, template, text] of stdout.matchAll(/^---\n# Source: [^/]+\/templates\/(\S+)\n([^]*?)(?=^---\n# Source: |$(?![^]))/gm)) {
    const [folder, file] = template.includes('/') ? template.split('/') : ['.', template];
    const path = join(FOLDERS[folder] ?? 'platform', file);
    files.set(path, [...(files.get(path) ?? []), withoutHelm(text)]);
  }
  for (const [path, objects] of files) files.set(path, HEADER + objects.sort().map((object) => `---\n${object}`).join(''));
  for (const folder of new Set([...files.keys()].map(dirname))) {
    const resources = [...files.keys()].filter((path) => dirname(path) === folder).map((path) => `  - ${basename(path)}\n`);
    const kustomization = `${HEADER}apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n${resources.sort().join('')}`;
    files.set(join(folder, 'kustomization.yaml'), kustomization);
  }
  return files;
}

/** The chart is not what manages these objects. */
const withoutHelm = (text) =>
  text
    .replace(/^ *helm\.sh\/(chart|hook[-a-z]*): .*\n/gm, '')
    .replace(/^( *)annotations:\n(?!\1 )/gm, '')
    .replace(/app\.kubernetes\.io\/managed-by: Helm/g, 'app.kubernetes.io/managed-by: kubectl')
    .trimEnd()
    .concat('\n');

/** Paths of the files that are not what the chart renders now: changed, missing, or left over. */
export function outdated(files) {
  const present = ['platform', 'backends'].flatMap((folder) => list(folder).map((file) => join(folder, file)));
  const differs = ([path, text]) => !present.includes(path) || readFileSync(join(here, path), 'utf8') !== text;
  return [...[...files].filter(differs).map(([path]) => path), ...present.filter((path) => !files.has(path))];
}

function list(folder) {
  try {
    return readdirSync(join(here, folder));
  } catch {
    return [];
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = renderManifests();
  const stale = outdated(files);
  if (process.argv.includes('--check')) {
    if (stale.length > 0) console.error(`Not what the chart renders now: ${stale.join(', ')}. Run node k8s/render.mjs, and commit what it changes.`);
    process.exit(stale.length > 0 ? 1 : 0);
  }
  for (const folder of ['platform', 'backends']) rmSync(join(here, folder), { recursive: true, force: true });
  for (const [path, text] of files) {
    mkdirSync(join(here, dirname(path)), { recursive: true });
    writeFileSync(join(here, path), text);
  }
  console.log(stale.length > 0 ? `Renewed: ${stale.join(', ')}` : 'Nothing has changed.');
}
