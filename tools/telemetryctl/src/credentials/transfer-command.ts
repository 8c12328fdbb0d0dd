import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { decodeCredential, encodeCredential, type CredentialRecord } from '@iot/credentials';
import type { Context } from '../context.js';
import { CommandError, EXIT } from '../exit.js';
import { audited } from '../accounts/audited.js';
import { readCredentials, writeCredentials } from './topic.js';

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
    .description('writes what export printed; a credential that is there is replaced')
    .action((file: string) =>
      context.run({ mongo: false }, async (platform) => {
        const records = parseLines(file);
        if (records.size > 0) await writeCredentials(platform, records);
        context.print({ imported: records.size }, () => `${records.size} written.`);
        const detail = `${records.size} records`;
        await audited(platform, context, { action: 'credentials_import', detail });
        return EXIT.ok;
      }),
    );
}

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
