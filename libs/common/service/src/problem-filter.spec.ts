import { withoutValues } from './problem-filter.js';

it.each([
  ['/logs', '/logs'],
  ['/logs?from=1&text=a%20b', '/logs?from&text'],
  ['/auth/oidc/callback?state=x&code=a?b', '/auth/oidc/callback?state&code'],
  ['/a?', '/a?'],
])('keeps of %s what is no value', (url, said) => expect(withoutValues(url)).toBe(said));
