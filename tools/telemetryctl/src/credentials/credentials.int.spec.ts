import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authenticator, Credentials, encodeCredential } from '@iot/credentials';
import { kafkaEnv, loadConfig } from '@iot/config';
import { createKafka } from '@iot/kafka';
import { createLogger } from '@iot/service';
import { ctl, ctlJson } from '../testing/ctl.js';
import { loadSettings } from '../connection/config.js';
import { readCredentials, writeCredentials, type Ring } from '@iot/key-ring';

const SECRET = 'thirty-two characters, at the very least';
const variables = {
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
  MONGO_URL: process.env['TEST_MONGO'],
  MONGO_DB: `credentials_${randomUUID().slice(0, 8)}`,
  CREDENTIALS_TOPIC: `credentials-${randomUUID()}`,
  CREDENTIALS_SECRET: SECRET,
};
const before = { ...process.env };
let folder: string;
beforeAll(async () => {
  Object.assign(process.env, variables);
  folder = await mkdtemp(join(tmpdir(), 'credentials-'));
});
afterAll(async () => {
  process.env = before;
  await rm(folder, { recursive: true });
});

async function withRing<T>(work: (ring: Ring) => Promise<T>): Promise<T> {
  const config = loadSettings();
  const kafka = createKafka(
    loadConfig(kafkaEnv, variables),
    'test',
    createLogger('test', 'silent'),
  );
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await work({ admin, config, kafka });
  } finally {
    await admin.disconnect();
  }
}

/** What the services would make of the topic as it is now. */
async function authenticator(): Promise<Authenticator> {
  const held = await withRing((ring) => readCredentials(ring));
  const credentials = new Credentials(SECRET);
  for (const [id, record] of held)
    credentials.apply(id, record ? Buffer.from(encodeCredential(record)) : Buffer.from('?'));
  return new Authenticator(credentials);
}
const allows = async (key: string, device: string): Promise<boolean | string> => {
  const grant = (await authenticator()).check(`Bearer ${key}`, Date.now());
  return typeof grant === 'string' ? grant : grant.allows(device, Date.now());
};

it('makes a key that is let in, rotates it and revokes it; the list shows no secret', async () => {
  const made = await ctlJson('keys', 'create', '--name', 'press', '--scope', 'plant-7.*');
  expect(made).toMatchObject({ code: 0, json: { scope: 'plant-7.*', name: 'press' } });
  const { id, key } = made.json as { id: string; key: string };
  expect(await allows(key, 'plant-7.a')).toBe(true);
  expect(await allows(key, 'plant-8.a')).toBe(false);

  const rotated = await ctlJson('keys', 'rotate', id, '--overlap', '1h');
  expect(await allows(key, 'plant-7.a')).toBe(true);
  expect(await allows(rotated.json.key as string, 'plant-7.a')).toBe(true);

  const list = await ctl('keys', 'list');
  expect(list.printed).toContain(id);
  expect(list.printed).toContain('two secrets until');
  for (const secret of [key, rotated.json.key as string])
    expect(list.printed).not.toContain(secret.slice(18, 60));

  expect(await ctl('keys', 'revoke', id)).toMatchObject({ code: 0 });
  expect(await allows(key, 'plant-7.a')).toBe('unknown');
  expect(await ctl('keys', 'revoke', id)).toMatchObject({ code: 2 });
});

it('makes a group whose devices have keys, blocks one, and moves all by a file', async () => {
  const made = await ctlJson('groups', 'create', '--name', 'presses', '--scope', 'p.*');
  const { id } = made.json as { id: string };
  const { json, said } = await ctlJson('groups', 'key', id, 'p.1', 'p.2');
  expect(said).toBe('');
  const [one, two] = json.keys as { device_id: string; key: string }[];
  expect(await allows(one!.key, 'p.1')).toBe(true);
  expect(await allows(one!.key, 'p.2')).toBe(false);
  await ctl('groups', 'block', id, 'p.1', '--reason', 'stolen');
  expect(await allows(one!.key, 'p.1')).toBe(false);
  expect(await allows(two!.key, 'p.2')).toBe(true);

  const { printed } = await ctl('credentials', 'export');
  expect(printed).not.toContain(made.json.secret);
  const file = join(folder, 'all.ndjson');
  writeFileSync(file, printed);
  process.env['CREDENTIALS_TOPIC'] = `credentials-${randomUUID()}`;
  expect(await allows(two!.key, 'p.2')).toBe('unknown');
  expect(await ctl('credentials', 'import', file)).toMatchObject({ code: 0 });
  expect(await allows(one!.key, 'p.1')).toBe(false);
  expect(await allows(two!.key, 'p.2')).toBe(true);
  await ctl('groups', 'unblock', id, 'p.1');
  expect(await allows(one!.key, 'p.1')).toBe(true);
  process.env['CREDENTIALS_TOPIC'] = variables.CREDENTIALS_TOPIC;
});

it('keeps a key and a group revoked, whatever was under way then or is imported later', async () => {
  const key = (await ctlJson('keys', 'create', '--name', 'late', '--scope', '*')).json;
  const group = (await ctlJson('groups', 'create', '--name', 'late', '--scope', '*')).json;
  const exported = (await ctl('credentials', 'export')).printed;
  const file = join(folder, 'late.ndjson');
  writeFileSync(file, exported);
  const stale = await withRing((ring) => readCredentials(ring));
  const ids = [key.id, group.id] as string[];
  await ctl('keys', 'revoke', ids[0]!);
  await ctl('groups', 'revoke', ids[1]!);

  // What a rotation writes that had read the topic before.
  const late = new Map(ids.map((id) => [id, stale.get(id)!]));
  await withRing((ring) => writeCredentials(ring, late));
  expect(await allows(key.key as string, 'a')).toBe('unknown');
  for (const kind of ['keys', 'groups']) {
    const id = ids[kind === 'keys' ? 0 : 1]!;
    expect(await ctl(kind, 'rotate', id)).toMatchObject({ code: 2 });
    expect((await ctl(kind, 'list')).printed).not.toContain(id);
  }
  expect(await ctl('credentials', 'import', file)).toMatchObject({
    code: 0,
    printed: expect.stringMatching(/[0-9] are revoked, and stay so/),
  });
  expect(await allows(key.key as string, 'a')).toBe('unknown');
});

it.each([
  [['keys', 'create', '--name', 'x', '--scope', 'a*b'], 'a device id, the beginning'],
  [['keys', 'create', '--name', 'x', '--scope', '*', '--expires', '3 days'], 'a duration such as'],
  [['keys', 'rotate', 'k00000000000'], 'there is no key k00000000000'],
  [['groups', 'key', 'g00000000000', 'a'], 'there is no group g00000000000'],
  [['credentials', 'import', '/nowhere'], 'cannot read /nowhere'],
])('says what is wrong with %j', async (words, said) => {
  expect(await ctl(...words)).toMatchObject({ code: 2, said: expect.stringContaining(said) });
});

it('asks for the secret that seals groups', async () => {
  process.env['CREDENTIALS_SECRET'] = '';
  try {
    const { code, said } = await ctl('groups', 'create', '--name', 'x');
    expect([code, said]).toEqual([2, expect.stringContaining('set CREDENTIALS_SECRET')]);
  } finally {
    process.env['CREDENTIALS_SECRET'] = SECRET;
  }
});
