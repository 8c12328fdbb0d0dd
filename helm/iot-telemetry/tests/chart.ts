import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadAll } from 'js-yaml';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
export const CHART = fileURLToPath(new URL('..', import.meta.url));
export const NAMESPACE = 'iot';
const BUILD_TIME_MS = 20 * 60_000;

/** A Kubernetes object as it was rendered. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- its shape is what the tests are about
export type Manifest = any;

/** The render matrix: name and file of each set of values. */
export const MATRIX: readonly (readonly [name: string, file: string])[] = [
  ...readdirSync(join(CHART, 'ci'))
    .sort()
    .map((file) => [basename(file, '-values.yaml'), join(CHART, 'ci', file)] as const),
  ['dev', join(CHART, 'values-dev.yaml')],
];

/** Helm's program, or why there is none: 3 or 4 from PATH, else built from Go modules once. */
function findHelm(): { readonly helm?: string; readonly reason?: string } {
  if (/^v[34]\./.test(spawnSync('helm', ['version', '--short'], { encoding: 'utf8' }).stdout ?? ''))
    return { helm: 'helm' };
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [join(ROOT, 'workbench', 'local-cluster', 'bin', 'tool.mjs'), 'helm'],
    {
      encoding: 'utf8',
      timeout: BUILD_TIME_MS,
      env: { ...process.env, NODE_OPTIONS: '' },
    },
  );
  const path = stdout?.trim().split('\n').at(-1);
  return status === 0 && path
    ? { helm: path }
    : { reason: (stderr || 'helm was not ready in time').trim().split('\n').at(-1)! };
}

/** The chart's tests need Helm; without one they are skipped, and their name says why. */
export const { helm, reason } = findHelm();
export const describeWithHelm = (name: string, tests: () => void): void =>
  helm
    ? describe(name, tests)
    : describe.skip(`${name}: skipped, as there is no helm: ${reason}`, tests);

export interface Rendered {
  readonly ok: boolean;
  readonly objects: Manifest[];
  /** What Helm said, on one line. */
  readonly error: string;
}

/** `helm template` with values files and `--set`s. */
export function render(args: readonly string[], release = 'iot'): Rendered {
  const { stdout, stderr, status } = spawnSync(
    helm!,
    ['template', release, CHART, '--namespace', NAMESPACE, ...args],
    {
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    },
  );
  const objects =
    status === 0
      ? (loadAll(stdout) as Manifest[]).filter((it) => it !== null && it !== undefined)
      : [];
  return { ok: status === 0, objects, error: stderr.replaceAll(/\s+/g, ' ').trim() };
}

const rendered = new Map<string, Manifest[]>();

/**
 * The objects, rendered once in a test file: not to be changed.
 * @throws when the values are refused
 */
export function objectsOf(...args: string[]): Manifest[] {
  const key = JSON.stringify(args);
  if (!rendered.has(key)) {
    const { ok, objects, error } = render(args);
    if (!ok) throw new Error(error);
    rendered.set(key, objects);
  }
  return rendered.get(key)!;
}

export const TWO_VALUES = [
  '--set',
  'kafka.bootstrapServers=kafka:9092,mongo.url=mongodb://mongo:27017',
];
export const ofKind = (objects: readonly Manifest[], ...kinds: string[]): Manifest[] =>
  objects.filter(({ kind }) => kinds.includes(kind));
export const named = (objects: readonly Manifest[], kind: string, ending: string): Manifest =>
  objects.find((it) => it.kind === kind && it.metadata.name.endsWith(ending));

/** The pod template of whatever runs pods. */
export const podOf = (manifest: Manifest): Manifest =>
  manifest.kind === 'Pod'
    ? manifest
    : manifest.kind === 'CronJob'
      ? manifest.spec.jobTemplate.spec.template
      : manifest.spec.template;
export const RUNS_PODS = ['Deployment', 'StatefulSet', 'Job', 'CronJob', 'Pod'];
