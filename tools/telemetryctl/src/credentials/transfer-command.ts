import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { decodeCredential, encodeCredential, type CredentialRecord } from '@iot/credentials';
import type { Held } from '@iot/key-ring';
import type { Context } from '../context.js';
import { CommandError, EXIT } from '../exit.js';
import { changeCredentials, readCredentials } from './topic.js';

const ID = /^(k[0-9A-Za-z]{11}|g[0-9A-Za-z]{11}(\/[A-Za-z0-9._:-]{1,128})?)$/;

/** `credentials`: all keys and groups to a file, and back. */
export function addCredentials(program: Command, context: Context): void {
  const credentials = program
    .command('credentials')
    .description('all keys and groups as lines of JSON: hashes and sealed secrets');

  credentials
    .command('export')
    .description('prints a line for each key, group and blocked device')
    .action(() =>
      context.run({ mongo: false }, async (platform) => {
        const held = await readCredentials(platform);
        const lines = [...held].flatMap(([id, record]) =>
          record ? [{ id, ...(JSON.parse(encodeCredential(record)) as object) }] : [],
        );
        context.print(lines, () => lines.map((line) => JSON.stringify(line)).join('\n'));
        return EXIT.ok;
      }),
    );

  credentials
    .command('import <file>')
    .description(
      'writes what export printed; a credential that is there is replaced, but for one that is revoked',
    )
    .action((file: string) =>
      context.run({ mongo: false }, async (platform) => {
        const records = parseLines(file);
        const entry = { action: 'credentials_import', detail: `${records.size} records` } as const;
        const { records: written } = await changeCredentials(platform, context, entry, (held) => ({
          records: new Map([...records].filter(([id]) => !isRevoked(held, id))),
          target: '',
        }));
        const left = records.size - written.size;
        context.print(
          { imported: written.size, revoked: left },
          () => `${written.size} written.` + (left > 0 ? ` ${left} are revoked, and stay so.` : ''),
        );
        return EXIT.ok;
      }),
    );
}

/** Whether a key, a group, or that of a blocked device is revoked. */
const isRevoked = (held: Held, id: string): boolean =>
  held.get(id.split('/', 1)[0]!)?.kind === 'revoked';

/** @throws CommandError naming the first line that is no credential; nothing is written then */
function parseLines(file: string): Map<string, CredentialRecord> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError(`cannot read ${file}: ${(error as Error).message}`, EXIT.usage);
  }
  const records = new Map<string, CredentialRecord>();
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') return;
    const credential = parseLine(line);
    if (!credential)
      throw new CommandError(`line ${i + 1} of ${file} is no line of an export`, EXIT.usage);
    records.set(...credential);
  });
  return records;
}

function parseLine(line: string): [string, CredentialRecord] | undefined {
  try {
    const { id, ...rest } = JSON.parse(line) as { id?: unknown };
    if (typeof id !== 'string' || !ID.test(id)) return undefined;
    const record = decodeCredential(Buffer.from(JSON.stringify(rest)));
    return record && [id, record];
  } catch {
    return undefined;
  }
}
