import {
  firstFacts,
  NOTICE_MS,
  parseWindows,
  reconfigured,
  type Facts,
  type RollupConfiguration,
  type StoredFacts,
} from '@iot/rollup';
import { ABANDONED_MS, nextStep, type Seen } from './in-force.js';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 0, 31, 12);

const configuration = (windows: string, rawDays = 30): RollupConfiguration => ({
  windows: parseWindows(windows.split(',')),
  rollupRetentionMs: {},
  rawRetentionMs: rawDays * DAY,
});
const complete = (config: RollupConfiguration): Facts =>
  firstFacts(config, {
    complete: new Set(config.windows.map(({ label }) => label)),
    rawRetentionMs: config.rawRetentionMs,
    rawKeptSince: -Infinity,
  });
const stored = (facts: Facts, inForce = true): StoredFacts => ({
  facts,
  version: 1,
  inForce,
  usedAt: new Date(NOW),
});
const three = configuration('1m,1h,1d');
const four = configuration('1m,15m,1h,1d');

const step = (config: RollupConfiguration, seen: Partial<Seen>, newest = -Infinity) =>
  nextStep(
    config,
    {
      stored: stored(complete(three)),
      indexMs: config.rawRetentionMs,
      own: undefined,
      sameForMs: 0,
      idleForMs: 0,
      now: NOW,
      ...seen,
    },
    async () => newest,
  );

it('writes the first facts', async () =>
  expect(await step(three, { stored: undefined })).toEqual({ act: 'create' }));

it('works under the configuration in force', async () =>
  expect(await step(three, {})).toMatchObject({ act: 'work' }));

it('registers another configuration when it starts, and waits until the workers of the old one have noticed', async () => {
  const registered = await step(four, {});
  expect(registered).toMatchObject({ act: 'write', inForce: false, registers: true });
  const { facts } = registered as { facts: Facts };
  const waiting = { stored: stored(facts, false), own: facts.epoch };
  expect(await step(four, { ...waiting, sameForMs: NOTICE_MS - 1 })).toMatchObject({ act: 'wait' });
  const settled = await step(four, { ...waiting, sameForMs: NOTICE_MS }, NOW + 5000);
  expect(settled).toMatchObject({ act: 'write', inForce: true, registers: false });
  expect((settled as { facts: Facts }).facts.sizes['15m']!.completeSince).toBe(NOW + 5001);
});

it('stands aside for one that started later, and says what differs', async () => {
  const facts = reconfigured(complete(three), four, 30 * DAY, NOW);
  expect(await step(three, { stored: stored(facts, false), own: 1 })).toEqual({
    act: 'wait',
    reason:
      'an aggregator that started later has another configuration: WINDOWS is 1m,1h,1d here, and 1m,15m,1h,1d is in force',
  });
});

it('takes over again when nobody works under the other configuration any more', async () => {
  const facts = reconfigured(complete(three), four, 30 * DAY, NOW);
  expect(
    await step(three, { stored: stored(facts), own: 1, idleForMs: ABANDONED_MS }),
  ).toMatchObject({ act: 'write', registers: true });
});

it('does not register what the present could not be counted under', async () => {
  const [hours, halves] = [configuration('1h,7d', 3), configuration('30m,7d', 3)];
  expect(await step(halves, { stored: stored(complete(hours)), now: NOW + 2 * DAY })).toMatchObject(
    { act: 'wait' },
  );
});

describe('when raw retention changes', () => {
  const longer = configuration('1m,1h,1d', 60);
  const shorter = configuration('1m,1h,1d', 10);

  it('makes the index longer first, and does not register before', async () => {
    const asked = await step(longer, { indexMs: 30 * DAY });
    expect(asked).toMatchObject({ act: 'index', retentionMs: 60 * DAY, needed: true });
    expect((asked as { reason: string }).reason).toContain(
      'needs the right collMod on telemetry_raw, which the role dbAdmin has',
    );
    const registered = await step(longer, { indexMs: 60 * DAY });
    expect(registered).toMatchObject({ act: 'write', registers: true });
    expect((registered as { facts: Facts }).facts.raw).toMatchObject({
      retentionMs: 60 * DAY,
      keptSince: NOW - 30 * DAY + 300_000,
    });
  });

  it('says that it is shorter first, and changes the index when all know', async () => {
    const registered = await step(shorter, { indexMs: 30 * DAY });
    expect(registered).toMatchObject({
      act: 'write',
      registers: true,
      facts: { raw: { retentionMs: 10 * DAY } },
    });
    const { facts } = registered as { facts: Facts };
    expect(await step(shorter, { stored: stored(facts, false), indexMs: 30 * DAY })).toMatchObject({
      act: 'wait',
    });
    expect(await step(shorter, { stored: stored(facts), indexMs: 30 * DAY })).toMatchObject({
      act: 'index',
      needed: false,
    });
  });

  it('believes an index that somebody made shorter by hand', async () => {
    expect(await step(three, { indexMs: 5 * DAY })).toMatchObject({
      act: 'write',
      facts: { raw: { retentionMs: 5 * DAY } },
    });
  });
});
