import type { UserDocument } from '@iot/mongo';
import { LogIn } from './log-in.js';

const NOW = new Date('2026-01-01T00:00:00Z');
const ADA = { _id: 'ada', role: 'viewer', password: 'hash', blocked_at: null };

/** A log-in of ada whose second look at her finds `later`. */
function loggingIn(later: Partial<UserDocument> | undefined, waits: { address?: number } = {}) {
  const asked: string[] = [];
  const ended: string[] = [];
  const found = [ADA, later];
  const parts = {
    users: { find: () => Promise.resolve(found.shift()) },
    passwords: {
      verify: (_: string, stored?: string) => Promise.resolve(stored === 'hash'),
      isOutdated: () => false,
    },
    attempts: {
      add: (what: 'address' | 'account') => {
        asked.push(what);
        return Promise.resolve(what === 'address' ? (waits.address ?? 0) : 0);
      },
      forgive: () => Promise.resolve(),
    },
    sessions: {
      start: () => Promise.resolve({ user: 'ada', next: { session: 's1' }, endsAt: NOW }),
      end: (id: string) => Promise.resolve(ended.push(id)),
    },
    audit: { record: () => Promise.resolve() },
    keys: { refreshKey: Buffer.alloc(32) },
    accessTokens: { sign: () => Promise.resolve({ token: 't', expiresInS: 60 }) },
  };
  const logIn = new LogIn(parts as unknown as ConstructorParameters<typeof LogIn>[0]);
  const typed = { name: 'ada', password: 'correct horse' };
  return { answer: logIn.logIn(typed, '192.0.2.1', NOW), asked, ended };
}

it.each<[string, Partial<UserDocument> | undefined]>([
  ['has another password', { ...ADA, role: 'viewer', password: 'another' }],
  ['is blocked', { ...ADA, role: 'viewer', blocked_at: NOW }],
  ['is gone', undefined],
])('gives no session to who %s by the end of the log-in', async (_, later) => {
  const { answer, ended } = loggingIn(later);
  expect(await answer).toEqual({ refused: 'wrong' });
  expect(ended).toEqual(['s1']);
});

it('does not count against the account what comes from an address that is refused', async () => {
  const { answer, asked } = loggingIn(undefined, { address: 60 });
  expect(await answer).toEqual({ refused: 'throttled', retryAfterS: 60 });
  expect(asked).toEqual(['address']);
});
