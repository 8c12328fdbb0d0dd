import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { CHART, describeWithHelm, type Manifest, MATRIX, objectsOf } from './chart.js';

const GOLDEN = join(CHART, 'tests', 'golden');

const MINIMAL = 'minimal';
const key = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`;

/** Each object by kind and name, in an order of its own, so that it does not matter which Helm rendered it. Rules and dashboards are files of the chart, and here only named. */
function textsOf(file: string): Map<string, string> {
  const objects = objectsOf('-f', file)
    .map((it) => (it.kind === 'PrometheusRule' ? { ...it, spec: 'as in the file' } : it))
    .map((it) =>
      it.metadata.labels['grafana_dashboard'] ? { ...it, data: Object.keys(it.data) } : it,
    )
    .sort((a, b) => key(a).localeCompare(key(b)));
  return new Map(objects.map((it) => [key(it), dump(it, { lineWidth: -1, noRefs: true })]));
}

/** All objects of the minimal values; of other values those that are not the same as there, and the names of those that are not there. */
function golden(name: string, file: string): string {
  const texts = textsOf(file);
  if (name === MINIMAL) return [...texts.values()].join('---\n');
  const minimal = textsOf(MATRIX.find(([it]) => it === MINIMAL)![1]);
  const absent = [...minimal.keys()]
    .filter((it) => !texts.has(it))
    .map((it) => `# not there: ${it}\n`);
  const different = [...texts]
    .filter(([it, text]) => minimal.get(it) !== text)
    .map(([, text]) => text);
  return [absent.join(''), different.join('---\n')].join('');
}

describeWithHelm('the render matrix', () => {
  it.each(MATRIX)(
    '%s renders as it did (UPDATE_GOLDEN=1 takes what it renders now)',
    (name, values) => {
      const file = join(GOLDEN, `${name}.yaml`);
      const now = golden(name, values);
      if (process.env['UPDATE_GOLDEN'] === '1') {
        mkdirSync(GOLDEN, { recursive: true });
        writeFileSync(file, now);
      }
      expect(now).toBe(readFileSync(file, 'utf8'));
    },
  );

  it('has no golden file without values', () => {
    const known = new Set(MATRIX.map(([name]) => `${name}.yaml`));
    const left = readdirSync(GOLDEN).filter((file) => !known.has(file));
    if (process.env['UPDATE_GOLDEN'] === '1') for (const file of left) rmSync(join(GOLDEN, file));
    else expect(left).toEqual([]);
  });
});
