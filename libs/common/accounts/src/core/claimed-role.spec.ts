import fc from 'fast-check';
import { claimedRole } from './claimed-role.js';

const PAIRS = ['iot:viewer', 'iot-ops:operator', 'https://x.example/admins:admin'];

it.each([
  [{ roles: ['iot'] }, 'roles', 'viewer'],
  [{ roles: 'iot' }, 'roles', 'viewer'],
  [{ roles: 'openid iot-ops' }, 'roles', 'operator'],
  [{ roles: ['iot', 'https://x.example/admins', 'iot-ops'] }, 'roles', 'admin'],
  [{ realm_access: { roles: ['iot-ops'] } }, 'realm_access.roles', 'operator'],
  [{ 'https://x.example/roles': ['iot'] }, 'https://x.example/roles', 'viewer'],
  [{ roles: ['other'] }, 'roles', undefined],
  [{ roles: { iot: true } }, 'roles', undefined],
  [{ roles: [['iot'], null, 3] }, 'roles', undefined],
  [{}, 'roles', undefined],
  [{}, 'constructor.name', undefined],
])('%j by %s is %s', (claims, path, role) => {
  expect(claimedRole(claims, path, PAIRS)).toBe(role);
});

it('gives no role to claims that say none, whatever they are', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (claims, path) => {
      fc.pre(!/iot|admins/.test(JSON.stringify(claims)));
      expect(claimedRole(claims, path, PAIRS)).toBeUndefined();
    }),
  );
});
