import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = import.meta.dirname;
const IMPORTED = /^(?:im|ex)port \{([^}]*)\} from 'kafkajs';/gm;

/** Names that a file takes from kafkajs to run with, not only as types. */
const namesIn = (source: string): string[] =>
  [...source.matchAll(IMPORTED)].flatMap(([, names = '']) =>
    names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && !name.startsWith('type ')),
  );

it('takes nothing from kafkajs by a name that Node does not find in it: the built services would end at their start', () => {
  // The transformed modules of these tests find every name.
  const script =
    "import('kafkajs').then((module) => console.log(JSON.stringify(Object.keys(module))))";
  const found = JSON.parse(
    execFileSync(process.execPath, ['-e', script], { cwd: FOLDER, encoding: 'utf8' }),
  ) as string[];
  expect(found).toContain('Kafka');
  const files = readdirSync(FOLDER).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'),
  );
  const missing = files.flatMap((file) =>
    namesIn(readFileSync(join(FOLDER, file), 'utf8'))
      .filter((name) => !found.includes(name))
      .map((name) => `${file}: ${name}`),
  );
  expect(missing).toEqual([]);
});
