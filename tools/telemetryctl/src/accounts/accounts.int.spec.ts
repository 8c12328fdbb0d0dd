import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { administrationOf } from '@iot/accounts';
import { Mongo } from '@iot/mongo';
import { loadSettings } from '../connection/config.js';
import { ctl, ctlJson } from '../testing/ctl.js';

const before = { ...process.env };
let mongo: Mongo;
let folder: string;
beforeAll(async () => {
  // Users and tokens need no Kafka.
  process.env['KAFKA_BOOTSTRAP_SERVERS'] = '127.0.0.1:1';
  process.env['MONGO_URL'] = process.env['TEST_MONGO'];
  process.env['MONGO_DB'] = `ctl_${randomUUID().slice(0, 8)}`;
  mongo = new Mongo(loadSettings(), 'test');
  folder = await mkdtemp(join(tmpdir(), 'accounts-'));
});
afterAll(async () => {
  await mongo.db.dropDatabase();
  await mongo.close();
  process.env = before;
  await rm(folder, { recursive: true });
});
const accounts = () => administrationOf(mongo, { AUDIT_RETENTION_DAYS: 1 });
const passwordIs = async (name: string, password: string) =>
  accounts().passwords.verify(password, (await accounts().users.find(name))?.password);

it('makes users, lists them without a password, and always leaves an admin', async () => {
  const made = await ctlJson('users', 'create', 'ada', '--role', 'admin');
  expect(made.code).toBe(0);
  const { password } = made.json as { password: string };
  expect(await passwordIs('ada', password)).toBe(true);

  const file = join(folder, 'password');
  writeFileSync(file, 'a password in a file\n');
  expect(
    await ctl('users', 'create', 'bob', '--role', 'viewer', '--password-file', file),
  ).toMatchObject({ code: 0, printed: 'bob is viewer.\n' });
  expect(await passwordIs('bob', 'a password in a file')).toBe(true);

  const list = await ctl('users', 'list');
  expect(list.printed).toMatch(/^ada +admin .*may log in$/m);
  expect(list.printed).not.toContain('argon2');

  for (const words of [
    ['users', 'role', 'ada', 'viewer'],
    ['users', 'block', 'ada'],
    ['users', 'remove', 'ada'],
    ['users', 'create', 'ada', '--role', 'viewer'],
    ['users', 'create', 'No Name', '--role', 'viewer'],
    ['users', 'role', 'nobody', 'viewer'],
    ['users', 'role', 'bob', 'god'],
  ])
    expect([words, (await ctl(...words)).code]).toEqual([words, 2]);
  expect(await ctl('users', 'role', 'bob', 'admin')).toMatchObject({ code: 0 });
  expect(await ctl('users', 'block', 'ada')).toMatchObject({ code: 0 });
  expect(await ctl('users', 'remove', 'bob')).toMatchObject({ code: 2 });
  expect(await ctl('users', 'unblock', 'ada')).toMatchObject({ code: 0 });
  const other = (await ctlJson('users', 'password', 'ada')).json as { password: string };
  expect(await passwordIs('ada', other.password)).toBe(true);
});

it('keeps an admin when two take the right from each other', async () => {
  const { users } = accounts();
  await ctl('users', 'create', 'cleo', '--role', 'admin');
  await ctl('users', 'remove', 'bob');
  for (let i = 0; i < 10; i++) {
    const now = new Date();
    await users.change('ada', { role: 'admin', blocked: false }, now);
    await users.change('cleo', { role: 'admin', blocked: false }, now);
    await Promise.allSettled([
      users.change('ada', { role: 'viewer' }, now),
      users.change('cleo', { blocked: true }, now),
    ]);
    const admins = (await users.list()).filter((it) => it.role === 'admin' && !it.blocked_at);
    expect(admins.length).toBeGreaterThan(0);
  }
});

it('makes tokens that are let in, rotates and revokes them; the list shows no secret', async () => {
  const made = await ctlJson('tokens', 'create', '--name', 'Grafana', '--role', 'viewer');
  const { id, token } = made.json as { id: string; token: string };
  const check = (text: string) => accounts().tokens.check(text, new Date());
  expect(await check(token)).toEqual({ kind: 'token', id, name: 'Grafana', role: 'viewer' });
  expect(await check(`${token.slice(0, -1)}~`)).toBe('malformed');
  expect(await check(token.replace(/.$/, (it) => (it === 'a' ? 'b' : 'a')))).toBe('mistyped');
  const rotated = (await ctlJson('tokens', 'rotate', id)).json as { token: string };
  for (const text of [token, rotated.token]) expect(await check(text)).toMatchObject({ id });
  const again = (await ctlJson('tokens', 'rotate', id, '--overlap', '0s')).json as {
    token: string;
  };
  expect(await check(rotated.token)).toBe('unknown');
  const { printed } = await ctl('tokens', 'list');
  expect(printed).toContain(id);
  for (const text of [token, again.token]) expect(printed).not.toContain(text.slice(18, 60));
  expect(await ctl('tokens', 'revoke', id)).toMatchObject({ code: 0 });
  expect(await check(again.token)).toBe('unknown');
  expect(await ctl('tokens', 'revoke', id)).toMatchObject({ code: 2 });
  const short = await ctlJson(
    'tokens',
    'create',
    '--name',
    'x',
    '--role',
    'admin',
    '--expires',
    '0s',
  );
  expect(await check((short.json as { token: string }).token)).toBe('expired');
});

it('leaves records of who did it', async () => {
  await ctl('--as', 'release pipeline', 'tokens', 'create', '--name', 'ci', '--role', 'viewer');
  const records = await mongo.audit.find().sort({ at: 1 }).toArray();
  expect(records.at(-1)).toMatchObject({
    ...{ action: 'token_create', outcome: 'ok', actor_kind: 'command', actor: 'release pipeline' },
    detail: 'ci, viewer',
  });
  expect(records.some(({ action, target }) => action === 'user_create' && target === 'ada')).toBe(
    true,
  );
  expect(JSON.stringify(records)).not.toMatch(/iots_|a password in a file/);
});
