import fc from 'fast-check';
import { clockAhead, databaseClock, producerClocks } from './clock-findings.js';
import { configurationFindings, indexFindings, topologyFindings } from './database-findings.js';
import { fail, ok, refusals, type Finding } from './finding.js';
import { memberFindings, otherReaders } from './group-findings.js';

const line = ({ status, unsafe, says }: Finding): string => `${status} ${unsafe ?? '-'} ${says}`;

describe('the database', () => {
  it.each([
    [{}, undefined, [/^warn - does not say what it is/]],
    [{ topology: 'standalone' }, undefined, [/^fail standalone /]],
    [{ topology: 'replica set', members: 1 }, undefined, [/^warn - is a replica set of 1/]],
    [{ topology: 'replica set', members: 3 }, 'majority', [/^ok - replica set of 3/]],
    [{ topology: 'mongos' }, 1, [/^ok - is sharded/, /^warn - MONGO_URL has w=1/]],
  ] as const)('%j with w=%s', (facts, w, lines) => {
    const found = topologyFindings(facts, w).map(line);
    expect(found).toHaveLength(lines.length);
    lines.forEach((wanted, i) => expect(found[i]).toMatch(wanted));
  });

  it('lacks indexes, or none', () => {
    expect(indexFindings({ a: [], b: [] }).map(line)).toEqual(['ok - all there']);
    expect(indexFindings({ a: ['{"x":1}'], b: [] }).map(line)).toEqual([
      'fail - a lacks {"x":1}: lists that need them answer 503',
    ]);
  });

  const own = { rawDays: 30, windows: { '1m': 90, '1h': Infinity } };
  it.each([
    [undefined, /^warn - no aggregator/],
    [{ ...own, keptDays: 30 }, /^ok - .*1m,1h/],
    [{ ...own, windows: { '1h': Infinity, '1m': 90 }, keptDays: 30 }, /^ok - /],
    [{ ...own, rawDays: 60, keptDays: 60 }, /^fail - RAW_RETENTION_DAYS is 30 here, 60 there/],
    [{ ...own, keptDays: 7 }, /^fail - the database keeps readings for 7 days, 30/],
    [{ ...own, windows: { '1m': 90 }, keptDays: 30 }, /^fail - WINDOWS is 1m,1h here, 1m there/],
    [
      { ...own, windows: { '1m': 30, '1h': Infinity }, keptDays: 30 },
      /^fail - rows of 1m are kept for 90 days here, 30 there/,
    ],
  ])('has workers with %j', (workers, wanted) => {
    const found = configurationFindings(own, workers).map(line);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(wanted);
  });
});

describe('clocks', () => {
  it('are as good as equal where the answer’s time lies within the question', () => {
    fc.assert(
      fc.property(
        fc.nat(1e6),
        fc.nat(1e4),
        fc.integer({ min: -1e6, max: 1e6 }),
        (at, took, off) => {
          const ahead = clockAhead(at + off, at, at + took);
          expect(ahead === 0).toBe(off >= 0 && off <= took);
          expect(Math.abs(ahead)).toBeLessThanOrEqual(Math.abs(off));
        },
      ),
    );
  });

  it.each([
    [undefined, /^warn - the database does not tell/],
    [9999, /^ok - the database is 10 s ahead/],
    [-10_000, /^warn - the database is 10 s behind/],
    [300_000, /^fail clock /],
    [-300_000, /^fail clock /],
  ])('%s ms', (ahead, wanted) => {
    expect(line(databaseClock(ahead, 300_000))).toMatch(wanted);
  });

  it('of producers show in records from the future', () => {
    expect(line(producerClocks('raw', []))).toMatch(/^ok/);
    expect(line(producerClocks('raw', [1, 3]))).toMatch(/^warn - partitions 1, 3 of raw/);
  });
});

describe('groups', () => {
  it('have members of the service, none, or strangers', () => {
    const member = { clientId: 'aggregator-worker', host: '/10.0.0.1' };
    const members = (...list: (typeof member)[]): string =>
      line(memberFindings('g', 'aggregator-worker', list));
    expect(members(member)).toMatch(/^ok - 1 of aggregator-worker/);
    expect(members()).toMatch(/^warn - has no members/);
    expect(members(member, { clientId: 'other', host: '/10.0.0.2' })).toMatch(
      /^warn - other at \/10.0.0.2 is in it beside/,
    );
  });

  it('of others are named, a few', () => {
    expect(otherReaders('raw', []).says).toMatch(/^no other group is seen; /);
    expect(otherReaders('raw', [...'abcdefg']).says).toMatch(
      /^also seen: a, b, c, d, e and 2 more/,
    );
  });
});

it('refuses what is unsafe and not accepted by its name', () => {
  const findings = [
    ok('a', 'fine'),
    fail('b', 'wrong', 'mend'),
    fail('c', 'one replica', 'more', 'replication'),
    fail('d', 'alone', 'three', 'standalone'),
  ];
  expect(refusals(findings, []).map(({ check }) => check)).toEqual(['c', 'd']);
  expect(refusals(findings, ['standalone']).map(({ check }) => check)).toEqual(['c']);
});
