import { generateKeyPairSync } from 'node:crypto';
import { AccessTokens, People, signingKeysOf } from '@iot/accounts';
import { figuresOf, type CaseResult } from '../core/results.js';
import { chosen, sampleText, sizeOf, type Bench } from '../run/bench.js';
import { interleave, type Sample } from '../run/interleave.js';

const TOKENS = 20_000;
const HOUR_MS = 3_600_000;
/** A token is checked so often again in a run. */
const AGAIN = 10;
/** So many browsers have their tokens remembered. */
const MOST_REMEMBERED = 5_000;

/** What signs tokens: its algorithm, and how such a key is made. */
const SIGNED_BY = {
  EdDSA: () => generateKeyPairSync('ed25519').privateKey,
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
};
type Algorithm = keyof typeof SIGNED_BY;
const CASES = (Object.keys(SIGNED_BY) as Algorithm[]).flatMap((algorithm) =>
  (['first', 'again'] as const).map((check) => ({
    name: `${algorithm}, ${check}`,
    algorithm,
    check,
  })),
);

/**
 * In this process, as between two requests over HTTP the difference is lost. The database that says
 * whether a session is still there is answered for at once: it is asked once a second.
 */
export const tokenCheck: Bench = {
  name: 'token-check',
  about: 'what the check of an access token costs the dashboard API: the first time, and again',
  cases: CASES.map(({ name }) => name),
  run: async ({ settings, say }) => {
    const tokens = sizeOf(settings, TOKENS);
    const names = chosen(tokenCheck.cases, settings);
    const variants = [];
    for (const { name, algorithm, check } of CASES.filter((each) => names.includes(each.name))) {
      const made = await makeTokens(algorithm, check === 'first' ? tokens : MOST_REMEMBERED);
      variants.push({ name, measure: () => measure(made, check === 'first' ? 0 : AGAIN) });
    }
    const samples = await interleave(variants, settings.runs, {
      warmUp: true,
      onSample: (name, run, sample) =>
        say(`${name}, run ${run} of ${settings.runs}: ${sampleText(sample)}`),
    });
    const cases: CaseResult[] = [...samples].map(([name, runs]) => ({
      name,
      figures: figuresOf(runs),
    }));
    return { settings: { tokens, runs: settings.runs }, cases };
  },
};

interface Made {
  readonly accessTokens: AccessTokens;
  readonly tokens: readonly string[];
}

async function makeTokens(algorithm: Algorithm, count: number): Promise<Made> {
  const pem = SIGNED_BY[algorithm]().export({ type: 'pkcs8', format: 'pem' }).toString();
  const accessTokens = new AccessTokens(signingKeysOf(pem), HOUR_MS);
  const now = Date.now();
  const tokens: string[] = [];
  for (let i = 0; i < count; i++) {
    const claims = { user: 'ada', role: 'viewer', session: `session-${i}` } as const;
    tokens.push((await accessTokens.sign(claims, now)).token);
  }
  return { accessTokens, tokens };
}

/** @param again how often each is checked after the first time; 0: the first time is measured */
async function measure({ accessTokens, tokens }: Made, again: number): Promise<Sample> {
  const people = new People({
    accessTokens,
    users: { find: () => Promise.resolve({ role: 'viewer', blocked_at: null } as never) },
    sessions: { find: () => Promise.resolve({ user: 'ada' } as never) },
    issuer: '',
  });
  const now = new Date();
  const checkAll = async (): Promise<void> => {
    for (const token of tokens) {
      const found = await people.identify(token, now);
      if (typeof found === 'string') throw new Error(`a token was refused: ${found}`);
    }
  };
  if (again > 0) await checkAll();
  const before = process.cpuUsage();
  for (let round = 0; round < Math.max(1, again); round++) await checkAll();
  const { user, system } = process.cpuUsage(before);
  return { cpu_us: (user + system) / (tokens.length * Math.max(1, again)) };
}
