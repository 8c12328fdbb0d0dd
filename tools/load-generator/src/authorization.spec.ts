import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deviceSecret, keyText, newGroup, newKey, newSecret } from '@iot/credentials';
import { authorizationOf, withoutSecrets } from './authorization.js';

const key = newKey({ name: 'k', scope: '*' }, 1).secret;
const group = newGroup({ name: 'g', scope: '*' }, 'a secret of 32 characters, at least', 1);
const folder = mkdtempSync(join(tmpdir(), 'loadgen-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (text: string): string => {
  const path = join(folder, String(Math.random()));
  writeFileSync(path, text);
  return `@${path}`;
};

it('is one key for all devices, given or in a file', () => {
  for (const given of [key, file(`${key}\n`)])
    expect(authorizationOf({ key: given })!('any')).toBe(`Bearer ${key}`);
  expect(authorizationOf({})).toBeUndefined();
});

it('is the key of each device of a group, as telemetryctl shows its secret', () => {
  const secret = Buffer.from(group.secret, 'base64url');
  for (const given of [`${group.id}:${group.secret}`, file(`${group.id} ${group.secret}\n`)]) {
    const of = authorizationOf({ groupSecret: given })!;
    for (const device of ['a', 'b', 'a'])
      expect(of(device)).toBe(`Bearer ${keyText(group.id, deviceSecret(secret, device))}`);
  }
});

it.each([
  [{ key: 'iotk_nonsense' }, /^--key is no device key: it should be/],
  [{ key: key.slice(0, -1) + (key.endsWith('a') ? 'b' : 'a') }, /^--key is no .* typing error/],
  [{ key: '@/nowhere/key' }, /^--key is @\/nowhere\/key: ENOENT/],
  [{ groupSecret: newSecret().toString('base64url') }, /^--group-secret must be GROUP:SECRET/],
])('refuses %#, and repeats no secret', (given, says) => {
  expect(() => authorizationOf(given)).toThrow(says);
  try {
    authorizationOf(given);
  } catch (error) {
    for (const secret of Object.values(given))
      if (!secret.startsWith('@')) expect((error as Error).message).not.toContain(secret);
  }
});

it('is left out of the command line that a report shows', () => {
  const words = ['--key', key, '--rps', '2', `--group-secret=${group.secret}`, '--check-token=@f'];
  expect(withoutSecrets(words)).toEqual([
    ...['--key', '…', '--rps', '2', '--group-secret=…', '--check-token=@f'],
  ]);
});
