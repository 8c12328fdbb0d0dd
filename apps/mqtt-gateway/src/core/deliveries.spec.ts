import fc from 'fast-check';
import { Deliveries, limitsFor, type Limits } from './deliveries.js';
import { Reading } from './entry.js';
import { World, type Numbered, type Step } from './testing/world.js';

const LIMITS: Limits = { window: 24, markEvery: 4, proof: 3, ids: 80 };

const upTo = (max: number) => fc.integer({ min: 1, max });
const FAULTS: fc.Arbitrary<Step>[] = [
  fc.record({ kind: fc.constant('cut' as const), arrived: fc.nat(6) }),
  fc.record({ kind: fc.constant('crash' as const), arrived: fc.nat(6) }),
];
const WORK: fc.Arbitrary<Step>[] = [
  fc.record({ kind: fc.constant('publish' as const), bare: fc.boolean(), times: upTo(12) }),
  fc.record({ kind: fc.constant('read' as const), times: upTo(8) }),
  fc.record({ kind: fc.constant('note' as const), times: upTo(8) }),
  fc.record({ kind: fc.constant('produce' as const), times: upTo(8) }),
  fc.record({ kind: fc.constant('acknowledge' as const), times: upTo(8) }),
  fc.record({ kind: fc.constant('serve' as const), times: upTo(8) }),
  fc.record({ kind: fc.constant('ping' as const) }),
  fc.record({ kind: fc.constant('round' as const), times: upTo(30) }),
  fc.record({ kind: fc.constant('quiet' as const), times: upTo(100) }),
];
const LOST: fc.Arbitrary<Step> = fc.record({ kind: fc.constant('forget' as const) });

const runs = Number(process.env['MODEL_RUNS'] ?? 1500);

describe('Deliveries, where every message says the same', () => {
  it.each<Numbered>(['counting', 'lowest', 'anew'])(
    'lose no message, whatever happens (a broker whose ids are %s)',
    (numbered) => {
      const step = fc.oneof(...WORK, ...WORK, ...FAULTS, LOST);
      fc.assert(
        fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
          const world = new World(numbered, LIMITS);
          for (const one of steps) world.play(one);
          world.finish();
          expect(world.lost()).toEqual([]);
        }),
        { numRuns: runs },
      );
    },
  );

  it('count none twice where the broker counts ids and has been seen to', () => {
    const crashes = (steps: Step[]): number => steps.filter(({ kind }) => kind === 'crash').length;
    const step = fc.oneof(...WORK, ...WORK, ...FAULTS);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        // Each restart moves the window on.
        fc.pre(crashes(steps) <= 4);
        const world = new World('counting', LIMITS);
        world.play({ kind: 'round', times: 10 });
        for (const one of steps) world.play(one);
        world.finish();
        expect([world.lost(), world.doubled()]).toEqual([[], []]);
      }),
      { numRuns: runs },
    );
  });

  it('count none twice within one process, whatever the ids are, before it is acknowledged', () => {
    const world = new World('lowest', LIMITS);
    for (let i = 0; i < 5; i++) {
      world.play({ kind: 'publish', bare: true, times: 3 });
      world.play({ kind: 'read', times: 3 });
      world.play({ kind: 'cut', arrived: 0 });
      world.play({ kind: 'round', times: 1 });
    }
    expect(world.doubled()).toEqual([]);
  });
});

describe('Deliveries', () => {
  const counting = (): Deliveries => {
    const deliveries = new Deliveries(limitsFor(10), {
      known: [],
      mark: { from: 0, seq: 0, last: 0, numbering: 'counting' },
    });
    return deliveries;
  };
  const take = (deliveries: Deliveries, packetId: number, content = 'c'): void => {
    deliveries.arrived(packetId, false);
    deliveries.remember(packetId, { id: `id-${packetId}`, at: 0, content });
  };

  it('take other content of the same packet id as another message', () => {
    const deliveries = counting();
    take(deliveries, 1, 'one');
    expect(deliveries.find(1, 'one')?.id).toBe('id-1');
    expect(deliveries.find(1, 'two')).toBeUndefined();
    expect(deliveries.find(2, 'one')).toBeUndefined();
  });

  it('forget what was acknowledged before a ping that is answered, and nothing later', () => {
    const deliveries = counting();
    take(deliveries, 1);
    take(deliveries, 2);
    // Two pings under way: the answer to the first says nothing of what came after it.
    deliveries.pinged();
    deliveries.acknowledged([1]);
    deliveries.pinged();
    deliveries.acknowledged([2]);
    deliveries.answered();
    expect(deliveries.size).toBe(2);
    deliveries.answered();
    expect([deliveries.find(1, 'c')?.id, deliveries.find(2, 'c')?.id]).toEqual([undefined, 'id-2']);
  });

  it('forget everything when the session began anew', () => {
    const deliveries = counting();
    take(deliveries, 1);
    deliveries.connected(true);
    expect(deliveries.find(1, 'c')?.id).toBe('id-1');
    deliveries.connected(false);
    expect(deliveries.find(1, 'c')).toBeUndefined();
    deliveries.arrived(1, false);
    expect(deliveries.mark()).toMatchObject({ from: 2, numbering: 'unknown' });
    expect(deliveries.mark()).toBeUndefined();
  });

  it('write no marks where no reading needs them', () => {
    const deliveries = new Deliveries(limitsFor(2000));
    deliveries.connected(false);
    const marks = new Set<unknown>();
    for (let id = 1; id <= 65_535; id++) {
      deliveries.arrived(id, false);
      deliveries.acknowledged([id]);
      marks.add(deliveries.mark());
    }
    expect([...marks]).toEqual([undefined]);
    expect(deliveries.wantsPing).toBe(false);
  });

  it('leave room among the packet ids for what is in flight, with every setting', () => {
    for (const most of [1, 2000, 16_000]) {
      const { window, markEvery, ids } = limitsFor(most);
      expect(window + markEvery + most).toBeLessThan(ids - most / 2);
    }
  });
});

describe('an entry of the journal', () => {
  const read = (session: string, ...entries: { key: string; value: string }[]) => {
    const reading = new Reading(session);
    for (const entry of entries) reading.add(entry);
    return reading.written(limitsFor(1));
  };

  it('is read for its own session alone, and the newest of a packet id counts', () => {
    const older = { key: 'gw-1/7', value: 'a 1 c 10' };
    const newer = { key: 'gw-1/7', value: 'b 2 c 90' };
    const known = [[7, { id: 'b', at: 2, content: 'c', seq: 90 }]];
    expect(read('gw-1', older, newer)).toMatchObject({ known, mark: { seq: 90, last: 7 } });
    expect(read('gw-1', newer, older)).toMatchObject({ known });
    expect(read('gw', newer).known).toEqual([]);
  });

  it('is left out when a mark says that it cannot come again', () => {
    const entries = [
      { key: 'gw/7', value: 'a 1 c 10' },
      { key: 'gw/8', value: 'b 1 c 11' },
    ];
    const marked = (value: string) => read('gw', ...entries, { key: 'gw/0', value });
    expect(marked('11 12 9 counting').known.map(([id]) => id)).toEqual([8]);
    expect(marked('0 16400 9 counting').known).toEqual([]);
    expect(marked('0 16500 9 counting').mark).toMatchObject({ last: 0, numbering: 'counting' });
    expect(marked('0 12 9 counting')).toMatchObject({
      mark: { seq: 12, last: 9, numbering: 'counting' },
    });
  });

  it.each([
    ['gw/0', 'a 1 c 1'],
    ['gw/0', '1 2 3 sideways'],
    ['gw/70000', 'a 1 c 1'],
    ['gw/x', 'a 1 c 1'],
    ['gw/1', 'a c'],
    ['gw/1', ''],
  ])('%s: %s is none', (key, value) =>
    expect(read('gw', { key, value })).toEqual(new Reading('gw').written(limitsFor(1))),
  );
});
