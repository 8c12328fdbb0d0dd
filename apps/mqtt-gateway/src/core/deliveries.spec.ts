import fc from 'fast-check';
import { Deliveries, newest, type Origin } from './deliveries.js';
import { entryOf, originIn } from './entry.js';

const origin = (id: string, at = 0, content = 'c'): Origin => ({ id, at, content });

/**
 * A broker and its client, with packet ids that are given again as soon as they are free, and the
 * same content in every message. Whatever is lost on the way, a message is taken as itself.
 */
class World {
  readonly wrong: string[] = [];
  private deliveries = new Deliveries();
  private made = 0;
  /** What the broker has sent and not seen acknowledged: packet id to the number of the message. */
  private readonly open = new Map<number, number>();
  private readonly takenAs = new Map<number, string>();
  private unseen: number[] = [];
  private pinged: number | undefined;

  /** The broker sends a new message; it may be lost with the connection. */
  publish(arrives: boolean): void {
    let packetId = 1;
    while (this.open.has(packetId)) packetId++;
    this.open.set(packetId, ++this.made);
    if (arrives) this.take(packetId, false);
  }

  acknowledge(): void {
    const next = [...this.open].find(
      ([packetId, message]) => this.takenAs.has(message) && !this.unseen.includes(packetId),
    );
    if (!next) return;
    this.unseen.push(next[0]);
    this.deliveries.acknowledged(next[0]);
  }

  /** What the client wrote arrives at the broker, which answers the ping that came last. */
  exchange(): void {
    for (const packetId of this.unseen) this.open.delete(packetId);
    this.unseen = [];
    if (this.pinged !== undefined) this.deliveries.answered();
    this.pinged = this.made;
  }

  /** The connection is lost, with acknowledgements on the way; the broker sends again. */
  cut(arrived: number): void {
    for (const packetId of this.unseen.slice(0, arrived)) this.open.delete(packetId);
    this.unseen = [];
    this.pinged = undefined;
    for (const packetId of this.open.keys()) this.take(packetId, true);
  }

  private take(packetId: number, again: boolean): void {
    const message = this.open.get(packetId)!;
    const known = again ? this.deliveries.find(packetId, 'c') : undefined;
    const as = known?.id ?? `as-${message}-${again}`;
    if (!known) this.deliveries.remember(packetId, origin(as));
    const before = this.takenAs.get(message);
    if (before !== undefined && before !== as) this.wrong.push(`${message} is ${before} and ${as}`);
    this.takenAs.set(message, as);
  }
}

describe('Deliveries', () => {
  it('takes a message that comes again as what it was, whatever is lost', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('publish' as const), arrives: fc.boolean() }),
      fc.record({ kind: fc.constant('acknowledge' as const) }),
      fc.record({ kind: fc.constant('exchange' as const) }),
      fc.record({ kind: fc.constant('cut' as const), arrived: fc.nat(5) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const world = new World();
        for (const one of steps)
          if (one.kind === 'publish') world.publish(one.arrives);
          else if (one.kind === 'cut') world.cut(one.arrived);
          else world[one.kind]();
        expect(world.wrong).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('takes other content of the same packet id as another message', () => {
    const deliveries = new Deliveries([[1, origin('a', 0, 'one')]]);
    expect(deliveries.find(1, 'one')?.id).toBe('a');
    expect(deliveries.find(1, 'two')).toBeUndefined();
    expect(deliveries.find(2, 'one')).toBeUndefined();
  });

  it('forgets what the broker has surely seen acknowledged, and not sooner', () => {
    const deliveries = new Deliveries();
    deliveries.remember(1, origin('a'));
    deliveries.acknowledged(1);
    // The answer to a ping that was written before the acknowledgement.
    deliveries.answered();
    expect(deliveries.find(1, 'c')?.id).toBe('a');
    deliveries.answered();
    expect(deliveries.size).toBe(0);
  });

  it('keeps what is not acknowledged, and a packet id that belongs to another by now', () => {
    const deliveries = new Deliveries();
    deliveries.remember(1, origin('a'));
    deliveries.remember(2, origin('b'));
    deliveries.acknowledged(1);
    deliveries.answered();
    deliveries.remember(1, origin('c'));
    for (let i = 0; i < 3; i++) deliveries.answered();
    expect([deliveries.find(1, 'c')?.id, deliveries.find(2, 'c')?.id]).toEqual(['c', 'b']);
  });

  it('lets go of what an earlier process wrote down, once its time has passed', () => {
    const deliveries = new Deliveries([[1, origin('a')]]);
    deliveries.answered();
    expect(deliveries.size).toBe(1);
    deliveries.answered();
    expect(deliveries.size).toBe(0);
  });
});

describe('newest', () => {
  it('keeps the newest, as those alone may come again', () => {
    const written = new Map(Array.from({ length: 10 }, (_, i) => [i + 1, origin(`o${i}`, i)]));
    expect(newest(written, 3).map(([packetId]) => packetId)).toEqual([10, 9, 8]);
  });
});

describe('an entry of the journal', () => {
  it('is read as it was written, by its own session alone', () => {
    const ids = fc.stringMatching(/^[\w-]{1,40}$/);
    fc.assert(
      fc.property(ids, fc.nat(), fc.integer({ min: 1, max: 65_535 }), (id, at, packetId) => {
        const entry = entryOf('gw-1', packetId, { id, at, content: id });
        expect(originIn('gw-1', entry)).toEqual([packetId, { id, at, content: id }]);
        expect(originIn('gw', entry)).toBeUndefined();
      }),
    );
  });

  it.each([
    ['gw/0', 'a 1 c'],
    ['gw/70000', 'a 1 c'],
    ['gw/x', 'a 1 c'],
    ['gw/1', 'a c'],
    ['gw/1', ''],
  ])('%s: %s is none', (key, value) => expect(originIn('gw', { key, value })).toBeUndefined());
});
