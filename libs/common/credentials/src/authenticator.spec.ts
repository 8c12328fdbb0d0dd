import { hash } from 'node:crypto';
import fc from 'fast-check';
import { jest } from '@jest/globals';
import { Authenticator, type Grant } from './authenticator.js';
import { Credentials } from './credentials.js';
import { keyText, newCredentialId, newSecret, parseKey, type DeviceKey } from './device-key.js';
import { deviceSecret, seal } from './group-secret.js';
import { encodeCredential, revocationKey, type CredentialRecord } from './record.js';

const NOW = 1_800_000_000_000;
const SECRET = 'a secret of at least thirty-two characters';
const sha256 = (secret: Buffer): string => hash('sha256', secret, 'base64url');

let credentials: Credentials;
let authenticator: Authenticator;
beforeEach(() => {
  credentials = new Credentials(SECRET);
  authenticator = new Authenticator(credentials);
});

const put = (id: string, record: CredentialRecord | null): string =>
  credentials.apply(id, record && Buffer.from(encodeCredential(record)));

function addKey(scope: string, more: { expires_at?: number } = {}): { id: string; text: string } {
  const id = newCredentialId('key');
  const secret = newSecret();
  const secrets = [{ sha256: sha256(secret) }];
  put(id, { kind: 'key', name: 'n', scope, created_at: NOW, secrets, ...more });
  return { id, text: keyText(id, secret) };
}

const recordOf = (text: string): CredentialRecord => {
  const secrets = [{ sha256: sha256((parseKey(text) as DeviceKey).secret) }];
  return { kind: 'key', name: 'n', scope: '*', created_at: NOW, secrets };
};
const check = (text: string, now = NOW) => authenticator.check(`Bearer ${text}`, now);
const allows = (text: string, device: string, now = NOW): boolean | string => {
  const grant = check(text, now);
  return typeof grant === 'string' ? grant : grant.allows(device, now);
};

describe('a key', () => {
  it('allows the devices of its scope, and no others', () => {
    const one = addKey('press-1');
    expect(allows(one.text, 'press-1')).toBe(true);
    expect(allows(one.text, 'press-10')).toBe(false);
    const plant = addKey('plant-7.*');
    expect(allows(plant.text, 'plant-7.press-1')).toBe(true);
    expect(allows(plant.text, 'plant-70.press-1')).toBe(false);
    expect(allows(addKey('*').text, 'anything')).toBe(true);
  });

  it('is taken as the password of Basic too', () => {
    const { text } = addKey('*');
    const header = 'Basic ' + Buffer.from(`press-1:${text}`).toString('base64');
    expect(authenticator.check(header, NOW)).toMatchObject({ id: expect.any(String) });
  });

  it('ends when it expires, also when it is remembered', () => {
    const { text } = addKey('*', { expires_at: NOW + 5000 });
    expect(allows(text, 'd', NOW + 4000)).toBe(true);
    expect(check(text, NOW + 5000)).toBe('expired');
  });

  it('ends when it is revoked, also when it is remembered', () => {
    const { id, text } = addKey('*');
    expect(allows(text, 'd')).toBe(true);
    expect(put(id, null)).toBe('deleted');
    expect(check(text)).toBe('unknown');
  });

  it.each(['before', 'after'])('stays revoked by what is written %s that', (when) => {
    const { id, text } = addKey('*');
    const again = () => credentials.apply(id, Buffer.from(encodeCredential(recordOf(text))));
    if (when === 'before') again();
    expect(allows(text, 'd')).toBe(true);
    expect(put(revocationKey(id), { kind: 'revoked', created_at: NOW })).toBe('revoked');
    expect(check(text)).toBe('unknown');
    if (when === 'after') expect(again()).toBe('revoked');
    expect(put(id, null)).toBe('revoked');
    expect(put(revocationKey(id), null)).toBe('unreadable');
    expect(check(text)).toBe('unknown');
    expect(credentials.keys.size).toBe(0);
  });

  it('has two secrets during a rotation', () => {
    const id = newCredentialId('key');
    const [first, second] = [newSecret(), newSecret()];
    const secrets = [
      { sha256: sha256(second) },
      { sha256: sha256(first), expires_at: NOW + 10_000 },
    ];
    put(id, { kind: 'key', name: 'n', scope: '*', created_at: NOW, secrets });
    expect(allows(keyText(id, first), 'd')).toBe(true);
    expect(allows(keyText(id, second), 'd')).toBe(true);
    expect(check(keyText(id, first), NOW + 10_000)).toBe('expired');
    expect(allows(keyText(id, second), 'd', NOW + 10_000)).toBe(true);
  });

  it('is out of force when its record cannot be read', () => {
    const { id, text } = addKey('*');
    expect(credentials.apply(id, Buffer.from('{"v":2}'))).toBe('unreadable');
    expect(check(text)).toBe('unknown');
  });
});

describe('a group', () => {
  const addGroup = (id: string, secrets: Buffer[], scope = '*', more = {}): string =>
    put(id, {
      kind: 'group',
      name: 'g',
      scope,
      created_at: NOW,
      secrets: secrets.map((secret) => ({ sealed: seal(secret, id, SECRET), ...more })),
    });

  it('gives each device a key of its own, with nothing stored per device', () => {
    const id = newCredentialId('group');
    const secret = newSecret();
    addGroup(id, [secret], 'plant-7.*');
    const text = keyText(id, deviceSecret(secret, 'plant-7.a'));
    for (let time = 0; time < 2; time++) {
      expect(allows(text, 'plant-7.b')).toBe(false);
      expect(allows(text, 'plant-7.a')).toBe(true);
    }
    expect(allows(keyText(id, deviceSecret(secret, 'other')), 'other')).toBe(false);
  });

  it('shuts out a blocked device at once, and takes it back', () => {
    const id = newCredentialId('group');
    const secret = newSecret();
    addGroup(id, [secret]);
    const text = keyText(id, deviceSecret(secret, 'a'));
    expect(allows(text, 'a')).toBe(true);
    put(`${id}/a`, { kind: 'block', created_at: NOW });
    expect(allows(text, 'a')).toBe(false);
    expect(allows(keyText(id, deviceSecret(secret, 'b')), 'b')).toBe(true);
    put(`${id}/a`, null);
    expect(allows(text, 'a')).toBe(true);
  });

  it('has two secrets during a rotation, and its old keys end with the old one', () => {
    const id = newCredentialId('group');
    const [old, fresh] = [newSecret(), newSecret()];
    addGroup(id, [old]);
    const text = keyText(id, deviceSecret(old, 'a'));
    expect(allows(text, 'a')).toBe(true);
    addGroup(id, [fresh]);
    expect(allows(text, 'a')).toBe(false);
    expect(allows(keyText(id, deviceSecret(fresh, 'a')), 'a')).toBe(true);
  });

  it('says that it cannot check keys whose group is sealed with another secret', () => {
    const id = newCredentialId('group');
    const record = { kind: 'group', name: 'g', scope: '*', created_at: NOW } as const;
    const sealed = seal(newSecret(), id, 'another');
    expect(put(id, { ...record, secrets: [{ sealed }] })).toBe('sealed_otherwise');
    expect(check(keyText(id, newSecret()))).toBe('unavailable');
  });
});

it('remembers no header that is longer than one with a key has to be', () => {
  const { text } = addKey('*');
  const looks = jest.spyOn(credentials, 'key');
  const asked = (header: string): number => {
    looks.mockClear();
    for (let time = 0; time < 3; time++)
      expect(typeof authenticator.check(header, NOW)).toBe('object');
    return looks.mock.calls.length;
  };
  const basic = (user: string): string =>
    'Basic ' + Buffer.from(`${user}:${text}`).toString('base64');
  expect(asked(`Bearer ${text}`)).toBe(1);
  expect(asked(basic('x'.repeat(128)))).toBe(1);
  expect(asked(basic('x'.repeat(10_000)))).toBe(3);
  expect(asked(`Bearer ${' '.repeat(10_000)}${text}`)).toBe(3);
});

it('keeps nothing for each device of a group, but of those that came last', () => {
  const id = newCredentialId('group');
  const secret = newSecret();
  const sealed = seal(secret, id, SECRET);
  const record = { kind: 'group', name: 'g', scope: '*', created_at: NOW } as const;
  put(id, { ...record, secrets: [{ sealed }] });
  const { bytes } = credentials.keys;
  const few = new Authenticator(credentials, 100);
  for (let n = 0; n < 1000; n++) {
    const header = `Bearer ${keyText(id, deviceSecret(secret, `d${n}`))}`;
    expect((few.check(header, NOW) as Grant).allows(`d${n}`, NOW)).toBe(true);
  }
  expect([credentials.groupCount, credentials.keys.size]).toEqual([1, 0]);
  expect(credentials.keys.bytes).toBe(bytes);
  expect(few.rememberedCount).toBe(100);
});

it('tries a key of a group on so many devices, and not on all of a batch', () => {
  const id = newCredentialId('group');
  const secret = newSecret();
  const sealed = seal(secret, id, SECRET);
  const record = { kind: 'group', name: 'g', scope: '*', created_at: NOW } as const;
  put(id, { ...record, secrets: [{ sealed }] });
  const grantFor = (device: string): Grant => check(keyText(id, deviceSecret(secret, device))) as Grant; // prettier-ignore
  const few = grantFor('own');
  for (let i = 0; i < 10; i++) for (let time = 0; time < 5; time++) expect(few.allows(`d${i}`, NOW)).toBe(false); // prettier-ignore
  expect(few.allows('own', NOW)).toBe(true);
  const many = grantFor('another');
  for (let i = 0; i < 100; i++) expect(many.allows(`d${i}`, NOW)).toBe(false);
  expect(many.allows('another', NOW)).toBe(false);
});

it.each([
  [undefined, 'missing'],
  ['', 'unsupported_scheme'],
  ['Bearer', 'unsupported_scheme'],
  ['Digest x', 'unsupported_scheme'],
  ['Bearer a b', 'unsupported_scheme'],
  ['Bearer x', 'malformed'],
  ['Basic !!!', 'malformed'],
])('answers %j with %s', (header, fault) => {
  expect(authenticator.check(header, NOW)).toBe(fault);
});

it('never throws, and lets nothing in that was not given', () => {
  addKey('*');
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => `Bearer ${text}`),
      ),
      (header) => typeof authenticator.check(header, NOW) === 'string',
    ),
  );
});

it('lets in who has a key, and nobody else, whatever changes in between', () => {
  const devices = ['a', 'b', 'plant.1'];
  const scopes = ['a', 'plant.*', '*'];
  const step = fc.record({
    n: fc.nat(9),
    what: fc.constantFrom('create', 'delete', 'use', 'use', 'use'),
    scope: fc.constantFrom(...scopes),
    device: fc.constantFrom(...devices),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (list) => {
      const held = new Map<number, { id: string; text: string; scope: string; gone: boolean }>();
      for (const { n, what, scope, device } of list) {
        const key = held.get(n);
        if (what === 'create') held.set(n, { ...addKey(scope), scope, gone: false });
        else if (what === 'delete' && key) {
          put(key.id, null);
          key.gone = true;
        } else if (key) {
          const fits =
            key.scope === '*' ||
            key.scope === device ||
            (key.scope === 'plant.*' && device.startsWith('plant.'));
          expect(allows(key.text, device)).toBe(key.gone ? 'unknown' : fits);
        }
      }
    }),
  );
});
