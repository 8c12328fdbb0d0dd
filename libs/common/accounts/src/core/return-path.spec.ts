import fc from 'fast-check';
import { returnPath, withReason } from './return-path.js';

it.each([
  ['/ui', '/ui'],
  ['/ui/devices/a%3Cb?from=1&to=2#x', '/ui/devices/a%3Cb?from=1&to=2'],
  [undefined, '/ui'],
  [['/ui/a'], '/ui'],
  ['', '/ui'],
  ['/', '/ui'],
  ['/uix', '/ui'],
  ['/auth/logout', '/ui'],
  ['/ui/../auth/logout', '/ui'],
  ['/ui/%2e%2e/docs', '/ui'],
  ['//evil.example/ui/', '/ui'],
  ['/\\evil.example/ui/', '/ui'],
  ['\\\\evil.example/ui/', '/ui'],
  ['/\t/evil.example/ui/', '/ui'],
  ['https://evil.example/ui/', '/ui'],
  ['https:evil.example', '/ui'],
  ['javascript:alert(1)//ui/', '/ui'],
  [`/ui/${'a'.repeat(1000)}`, '/ui'],
  [`/ui/${'ü'.repeat(500)}`, '/ui'],
])('%j leads to %s', (wanted, path) => expect(returnPath(wanted)).toBe(path));

it('leads to a view of the page, on any host, whatever is asked for', () => {
  const part = fc.constantFrom('/', '\\', '..', '.', 'ui', '%2e', '%2f', '@', ':', '\n', '\t', '?');
  const odd = fc.array(fc.oneof(part, fc.string({ maxLength: 3 }))).map((parts) => parts.join(''));
  fc.assert(
    fc.property(
      fc.oneof(
        odd,
        odd.map((text) => `/ui${text}`),
        fc.webUrl(),
      ),
      (wanted) => {
        for (const path of [returnPath(wanted), withReason(returnPath(wanted), 'no_role')]) {
          const { origin, pathname } = new URL(path, 'https://iot.example.com/auth/oidc/callback');
          expect(origin).toBe('https://iot.example.com');
          expect(pathname).toMatch(/^\/ui(\/|$)/);
          expect(path).toMatch(/^\/ui[\x21-\x7e]*$/);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

it('says why beside what was asked for', () => {
  expect(withReason('/ui/devices?q=a+b', 'no_role')).toBe('/ui/devices?q=a+b&oidc=no_role');
});
