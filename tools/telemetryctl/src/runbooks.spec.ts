import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createRegistry } from '@iot/metrics';
import { telemetryctl } from './telemetryctl.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = `${root}docs/runbooks/`;
const pages = readdirSync(folder).map((name) => ({
  name,
  text: readFileSync(folder + name, 'utf8'),
}));
const vocabulary = globSync('{apps/*/src,libs/common/*/src}/*metrics*.ts', { cwd: root })
  .map((file) => readFileSync(root + file, 'utf8'))
  // What the library counts of every process.
  .concat(
    createRegistry('any')
      .getMetricsAsArray()
      .map(({ name }) => `'${name}'`),
  )
  .join('\n');

async function helpOf(command: readonly string[]): Promise<string> {
  let printed = '';
  const sink = { write: (text: string) => ((printed += text), true) } as never;
  expect(await telemetryctl([...command, '--help'], { out: sink, err: sink })).toBe(0);
  return printed;
}

describe.each(pages)('runbook $name', ({ text }) => {
  it('names metrics that exist', () => {
    const names = [
      ...text.matchAll(/\b[a-z]+(?:_[a-z]+)+_(?:total|seconds|records|bytes|partitions)\b/g),
    ].map(([name]) => name);
    for (const name of new Set(names)) expect(vocabulary).toContain(`'${name}'`);
  });

  it('shows commands and options that exist', async () => {
    const lines = [
      ...text.matchAll(
        /(?:npm run ctl -- |`)((?:verify|lag|topics|backfill|(?:dlq|keys|groups|logic|users|tokens) [a-z]+)\b[^`\n|]*)/g,
      ),
    ].map(([, line]) => line!);
    // A page about what only the API manages shows curl, which another test tries.
    expect(lines.length > 0 || text.includes('curl -X')).toBe(true);
    for (const line of lines) {
      const words = line.split(/\s+/);
      const help = await helpOf(
        words.slice(0, /^(dlq|keys|groups|logic|users|tokens)$/.test(words[0]!) ? 2 : 1),
      );
      const program = await helpOf([]);
      for (const option of words.filter((word) => word.startsWith('--')))
        expect(help + program).toContain(option);
    }
  });

  it('links to pages that exist', () => {
    const targets = [...text.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, target]) => target!);
    expect(targets.filter((target) => !existsSync(folder + target))).toEqual([]);
  });
});
