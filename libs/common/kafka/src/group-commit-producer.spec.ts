import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { ByteBudget } from '@iot/resilience';
import {
  GroupCommitProducer,
  NotProduced,
  recordBytes,
  type GroupCommitOptions,
  type OutgoingRecord,
} from './group-commit-producer.js';

const record = (key: string, value = 'v'): OutgoingRecord => ({ key, value, timestamp: '0' });
const values = (send: readonly OutgoingRecord[]): string[] =>
  send.map(({ value }) => String(value));

/** Where the event loop was held up, a timer comes before what is due at the end of its turn. */
async function aWhile(): Promise<void> {
  await delay(5);
  await turn();
  await turn();
}

/** Sends that end when the test says so. */
class FakeKafka {
  readonly sends: OutgoingRecord[][] = [];
  private readonly open: { resolve: () => void; reject: (error: Error) => void }[] = [];

  private obliging = false;

  readonly send = (records: OutgoingRecord[]): Promise<void> => {
    this.sends.push(records);
    if (this.obliging) return Promise.resolve();
    return new Promise((resolve, reject) => this.open.push({ resolve, reject }));
  };

  async acknowledge(): Promise<void> {
    this.open.shift()!.resolve();
    await aWhile();
  }

  /** Acknowledges everything from now on. */
  oblige(): void {
    this.obliging = true;
    for (const { resolve } of this.open.splice(0)) resolve();
  }

  async fail(): Promise<void> {
    this.open.shift()!.reject(new Error('broker is away'));
    await aWhile();
  }
}

const running: { kafka: FakeKafka; producer: GroupCommitProducer }[] = [];
afterEach(async () => {
  for (const { kafka, producer } of running.splice(0)) {
    kafka.oblige();
    await producer.close();
  }
});

const setUp = (options: Partial<GroupCommitOptions> = {}) => {
  const kafka = new FakeKafka();
  const budget = new ByteBudget(1_000_000);
  const producer = new GroupCommitProducer({
    send: kafka.send,
    lanes: 1,
    maxRecords: 100,
    maxBytes: 100_000,
    deadlineMs: 60_000,
    budget,
    ...options,
  });
  running.push({ kafka, producer });
  return { kafka, budget, producer };
};

describe('GroupCommitProducer', () => {
  it('sends at once, and lets what comes meanwhile share the next send', async () => {
    const { kafka, producer } = setUp();
    const first = producer.send([record('a', '1')]);
    await aWhile();
    const second = producer.send([record('b', '2'), record('b', '3')]);
    const third = producer.send([record('c', '4')]);
    await aWhile();
    expect(kafka.sends.map(values)).toEqual([['1']]);
    await kafka.acknowledge();
    await first;
    expect(kafka.sends.map(values)).toEqual([['1'], ['2', '3', '4']]);
    await kafka.acknowledge();
    await Promise.all([second, third]);
  });

  it('resolves a request only when all of its records are acknowledged, over several sends', async () => {
    const { kafka, producer } = setUp({ maxRecords: 2 });
    let done = false;
    const all = producer
      .send(['1', '2', '3', '4', '5'].map((value) => record('a', value)))
      .then(() => (done = true));
    await aWhile();
    await kafka.acknowledge();
    await kafka.acknowledge();
    expect(done).toBe(false);
    await kafka.acknowledge();
    await all;
    expect(kafka.sends.map(values)).toEqual([['1', '2'], ['3', '4'], ['5']]);
  });

  it('bounds a send in bytes, and sends what is larger alone', async () => {
    const { kafka, producer } = setUp({ maxBytes: 10 });
    void producer.send(['aaaa', 'bbbb', 'c'.repeat(50), 'd'].map((value) => record('k', value)));
    await aWhile();
    for (let i = 0; i < 4; i++) if (kafka.sends.length === i + 1) await kafka.acknowledge();
    expect(kafka.sends.map(values)).toEqual([['aaaa', 'bbbb'], ['c'.repeat(50)], ['d']]);
  });

  it('sends again what failed, before anything newer, and starts small', async () => {
    const { kafka, producer } = setUp();
    const old = producer.send(['1', '2', '3', '4'].map((value) => record('a', value)));
    await aWhile();
    const newer = producer.send([record('a', '5')]);
    await kafka.fail();
    await delay(80);
    expect(values(kafka.sends[1]!)).toEqual(['1', '2']);
    for (let i = 0; i < 3 && kafka.sends.length > i + 1; i++) await kafka.acknowledge();
    await Promise.all([old, newer]);
    expect(kafka.sends.slice(1).flatMap(values)).toEqual(['1', '2', '3', '4', '5']);
  });

  it('gives up at the deadline though the broker hangs, and keeps the bytes held until the send has ended', async () => {
    const { kafka, budget, producer } = setUp({ deadlineMs: 60 });
    const held = producer.send([record('a')]);
    await aWhile();
    const queued = producer.send([record('b')]);
    await expect(held).rejects.toMatchObject({ reason: 'deadline' });
    await expect(queued).rejects.toThrow(NotProduced);
    expect(budget.used).toBeGreaterThan(0);
    await kafka.acknowledge();
    expect(budget.used).toBe(0);
    expect(kafka.sends.map(values)).toEqual([['v']]);
  });

  it('does not send what nobody waits for any more', async () => {
    const { kafka, producer, budget } = setUp({ deadlineMs: 60 });
    const late = producer.send([record('a', 'late')]);
    const alsoLate = producer.send([record('a', 'also late')]);
    await expect(late).rejects.toMatchObject({ reason: 'deadline' });
    await expect(alsoLate).rejects.toMatchObject({ reason: 'deadline' });
    await kafka.fail();
    const fresh = producer.send([record('a', 'fresh')]);
    await aWhile();
    await kafka.acknowledge();
    await fresh;
    expect(kafka.sends.map(values)).toEqual([['late', 'also late'], ['fresh']]);
    expect(budget.used).toBe(0);
  });

  it('refuses at once what the buffer has no room for', async () => {
    const { kafka, producer, budget } = setUp({
      budget: new ByteBudget(recordBytes(record('a')) * 2),
    });
    const first = producer.send([record('a'), record('b')]);
    await expect(producer.send([record('c')])).rejects.toMatchObject({ reason: 'buffer_full' });
    await aWhile();
    await kafka.acknowledge();
    await first;
    expect(budget.used).toBe(0);
    void producer.send([record('c')]);
    await aWhile();
    expect(kafka.sends).toHaveLength(2);
  });

  it('has no more sends in flight than lanes, and a device always in the same one', async () => {
    const { kafka, producer } = setUp({ lanes: 3 });
    const devices = Array.from({ length: 60 }, (_, i) => `device-${i}`);
    void producer.send(devices.map((device) => record(device)));
    await aWhile();
    void producer.send(devices.map((device) => record(device)));
    await aWhile();
    expect(kafka.sends).toHaveLength(3);
    expect(producer.sendsInFlight).toBe(3);
    const laneOf = new Map(
      kafka.sends.flatMap((send, lane) => send.map(({ key }) => [key, lane] as const)),
    );
    expect(laneOf.size).toBe(60);
    await kafka.acknowledge();
    expect(new Set(kafka.sends[3]!.map(({ key }) => laneOf.get(key)))).toEqual(new Set([0]));
  });

  it('closes when what it took is acknowledged, and takes nothing more', async () => {
    const { kafka, producer } = setUp();
    const last = producer.send([record('a')]);
    await aWhile();
    let closed = false;
    const closing = producer.close().then(() => (closed = true));
    await expect(producer.send([record('b')])).rejects.toMatchObject({ reason: 'closed' });
    await aWhile();
    expect(closed).toBe(false);
    await kafka.acknowledge();
    await Promise.all([last, closing]);
  });

  it('closes at the deadline when Kafka hangs before a send was possible', async () => {
    const { producer } = setUp({
      deadlineMs: 60,
      send: () => Promise.reject(new Error('not connected')),
    });
    const lost = producer.send([record('a')]).catch((error: NotProduced) => error.reason);
    await producer.close();
    expect(await lost).toBe('deadline');
  });

  it('keeps each device in order, loses nothing and returns every byte, whatever fails', async () => {
    const requests = fc.array(
      fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 12 }),
      { minLength: 1, maxLength: 25 },
    );
    await fc.assert(
      fc.asyncProperty(
        requests,
        fc.array(fc.boolean(), { maxLength: 6 }),
        fc.integer({ min: 1, max: 4 }),
        async (batches, failures, lanes) => {
          const log: OutgoingRecord[] = [];
          const outcomes = [...failures];
          const budget = new ByteBudget(10_000_000);
          const send = async (records: OutgoingRecord[]): Promise<void> => {
            await new Promise(setImmediate);
            const failed = outcomes.shift() ?? false;
            // A failed send may have been written in part.
            log.push(...(failed ? records.slice(0, records.length >> 1) : records));
            if (failed) throw new Error('failed');
          };
          const producer = new GroupCommitProducer({
            send,
            lanes,
            maxRecords: 7,
            maxBytes: 100_000,
            deadlineMs: 30_000,
            budget,
          });
          let sequence = 0;
          await Promise.all(
            batches.map((devices) =>
              producer.send(devices.map((device) => record(`d${device}`, String(sequence++)))),
            ),
          );
          for (let device = 0; device <= 5; device++) {
            const firsts = [
              ...new Set(
                log.filter(({ key }) => key === `d${device}`).map(({ value }) => Number(value)),
              ),
            ];
            expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
          }
          expect(new Set(log.map(({ value }) => value)).size).toBe(sequence);
          expect(budget.used).toBe(0);
          await producer.close();
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);
});
