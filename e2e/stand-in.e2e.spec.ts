import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMongo, type MongoHandle } from '@iot/local-stack';
import { MongoBulkWriteError, MongoClient, type Collection } from 'mongodb';
import {
  compareValues,
  matches,
  sorted,
  type Query,
  type Row,
  type Value,
} from './collection-model.js';
import { randomOf } from './random.js';

const INDEXES: Record<string, 1 | -1>[] = [
  { a: 1, b: -1 },
  { b: 1 },
  { b: -1, _id: -1 },
  { c: 1, a: 1 },
  { 'd.e': 1 },
];
const STRINGS = ['', 'a', 'ab', 'a\u0000', 'a\u0000b', 'é', '\uffff', '𝒳', 'b', 'B'];

/** Operations and queries over few distinct values, so that they meet. */
class Chance {
  private readonly below: (n: number) => number;

  constructor(seed: number) {
    const random = randomOf(seed);
    this.below = (n) => Math.floor(random() * n);
  }

  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)]!;
  }

  times(n: number): number[] {
    return Array.from({ length: this.below(n) + 1 }, (_, i) => i);
  }

  percent(n: number): boolean {
    return this.below(100) < n;
  }

  date(): Date {
    return new Date((this.below(40) - 20) * 1000);
  }

  scalar(): Value {
    return this.one<() => Value>([
      () => this.below(7) - 3,
      () => (this.below(7) - 3) / 2,
      () => this.one([1e15, -1e15, 2 ** 31, 5e-324]),
      () => this.one(STRINGS),
      () => this.date(),
      () => this.percent(50),
      () => null,
    ])();
  }

  id(): Value {
    return this.percent(90)
      ? `id-${this.below(400)}`
      : this.percent(50)
        ? this.below(40)
        : this.date();
  }

  fields(withArrays: boolean): Row {
    const row: Row = { n: this.below(3) };
    if (this.percent(90)) row['a'] = this.scalar();
    if (this.percent(95)) row['b'] = this.percent(90) ? this.date() : this.scalar();
    if (this.percent(50))
      row['c'] =
        withArrays && this.percent(30) ? this.times(3).map(() => this.below(5)) : this.below(5);
    if (this.percent(50)) row['d'] = this.percent(80) ? { e: this.below(5) } : this.below(5);
    return row;
  }

  private bounds(): Query {
    const [from, to] = [this.date(), this.date()];
    return this.one<Query>([
      { $gte: from, $lt: to },
      { $gt: from },
      { $gte: from },
      { $lt: to },
      { $lte: to },
      { $gt: from, $lte: to },
    ]);
  }

  query(depth = 0): Query {
    return this.one<() => Query>([
      () => ({}),
      () => ({ a: this.scalar() }),
      () => ({ a: this.scalar(), b: this.bounds() }),
      () => ({ b: this.bounds() }),
      () => ({ b: this.date(), n: this.below(3) }),
      () => ({ a: { $in: this.times(4).map(() => this.scalar()) }, b: this.bounds() }),
      () => ({
        a: this.one<Query>([
          { $ne: this.scalar() },
          { $exists: this.percent(50) },
          { $gt: this.scalar() },
          { $lte: this.scalar() },
        ]),
      }),
      () => ({ _id: this.id(), n: this.below(3) }),
      () => ({
        _id: { $in: this.times(30).map(() => this.id()) },
        ...(this.percent(50) ? { b: this.bounds() } : {}),
      }),
      () => ({ _id: { $gt: this.id(), $exists: true } }),
      () => ({
        a: { $in: this.times(9).map(() => this.scalar()), $ne: this.scalar() },
        b: { $exists: true },
      }),
      () => ({
        a: { $in: this.times(9).map(() => this.scalar()) },
        $and: [{ a: { $in: this.times(9).map(() => this.scalar()) } }],
      }),
      () => ({ c: this.below(5) }),
      () => ({ c: { $gte: this.below(5) }, a: this.scalar() }),
      () => ({ 'd.e': this.one<unknown>([this.below(5), null, { $lt: this.below(5) }]) }),
      () => ({
        ...(depth < 2 ? { $or: this.times(4).map(() => this.query(depth + 1)) } : {}),
        ...(this.percent(30) ? { n: this.below(3) } : {}),
      }),
      () => ({ $or: this.times(6).map(() => ({ a: this.scalar(), b: this.bounds() })) }),
      () => ({ $and: [this.percent(50) ? { a: this.scalar() } : {}, ...this.behind()] }),
      () => ({ $or: this.behind()[1]!['$or'] }),
    ])();
  }

  /** What comes behind a place in a list by b and _id, newest first. */
  private behind(): Query[] {
    const [b, id] = [this.date(), `id-${this.below(400)}`];
    return [{ b: { $lte: b } }, { $or: [{ b: { $lt: b } }, { b, _id: { $lt: id } }] }];
  }

  sort(): Record<string, 1 | -1> {
    const way = this.one<1 | -1>([1, -1]);
    return this.one<Record<string, 1 | -1>>([
      { b: way, _id: way },
      { b: way, _id: -way as 1 | -1 },
      { a: way, b: way, _id: way },
      { a: way, b: -way as 1 | -1, _id: 1 },
      { _id: way },
      { n: way, _id: 1 },
    ]);
  }
}

/** Applies what it is told to the collection and to the model, and compares what they say. */
class Pair {
  rows: Row[] = [];

  constructor(
    readonly collection: Collection<Row>,
    readonly chance: Chance,
  ) {}

  async insert(withArrays: boolean): Promise<void> {
    const fresh = this.chance
      .times(40)
      .map((): Row => ({ _id: this.chance.id(), ...this.chance.fields(withArrays) }));
    const refused = new Set<number>();
    fresh.forEach((row, i) => {
      if (this.find({ _id: row['_id'] }).length > 0) refused.add(i);
      else this.rows.push({ ...row });
    });
    expect(await failedIndexes(this.collection.insertMany(fresh, { ordered: false }))).toEqual([
      ...refused,
    ]);
  }

  /** Compare-and-set: a miss tries to insert, and is refused where the _id is taken. */
  async compareAndSet(): Promise<void> {
    const wanted = this.chance.times(20).map(() => ({
      _id: this.chance.id(),
      n: this.chance.percent(80) ? this.chance.one([0, 1, 2]) : 9,
      set: this.chance.fields(false),
    }));
    const lost: number[] = [];
    wanted.forEach(({ _id, n, set }, i) => {
      const [taken] = this.find({ _id });
      if (!taken) this.rows.push({ _id, n, ...set });
      else if (taken['n'] === n) Object.assign(taken, set);
      else lost.push(i);
    });
    const operations = wanted.map(({ _id, n, set }) => ({
      updateOne: { filter: { _id, n } as object, update: { $set: set }, upsert: true },
    }));
    expect(await failedIndexes(this.collection.bulkWrite(operations, { ordered: false }))).toEqual(
      lost,
    );
  }

  async updateMany(withArrays: boolean): Promise<void> {
    const query = this.chance.query();
    const { n: _, ...set } = this.chance.fields(withArrays);
    const unset = this.chance.one(['a', 'b', 'c']);
    delete set[unset];
    const found = this.find(query);
    for (const row of found) {
      Object.assign(row, set);
      delete row[unset];
    }
    const { matchedCount } = await this.collection.updateMany(query as object, {
      ...(Object.keys(set).length > 0 ? { $set: set } : {}),
      $unset: { [unset]: '' },
    });
    expect({ query, count: matchedCount }).toEqual({ query, count: found.length });
  }

  async delete(query: Query): Promise<void> {
    const found = new Set(this.find(query));
    this.rows = this.rows.filter((row) => !found.has(row));
    const { deletedCount } = await this.collection.deleteMany(query as object);
    expect({ query, count: deletedCount }).toEqual({ query, count: found.size });
  }

  find(query: Query): Row[] {
    return this.rows.filter((row) => matches(row, query));
  }

  async compare(): Promise<void> {
    const { chance } = this;
    const query = chance.query();
    const expected = this.find(query);
    const byId = (rows: Row[]): Row[] => sorted(rows, { _id: 1 });
    expect({ query, rows: byId(await this.collection.find(query as object).toArray()) }).toEqual({
      query,
      rows: byId(expected),
    });

    const sort = chance.sort();
    const [skip, limit] = [chance.percent(30) ? chance.one([0, 3]) : 0, chance.one([0, 1, 5, 50])];
    const options = { sort, skip, limit, batchSize: chance.one([2, 1000]) };
    // Where an array stands in an order depends on the direction; the model does not know.
    if (expected.some((row) => Object.keys(sort).some((field) => Array.isArray(row[field]))))
      return;
    const page = await this.collection.find(query as object, options).toArray();
    const end = limit === 0 ? Infinity : skip + limit;
    expect({ query, options, rows: page }).toEqual({
      query,
      options,
      rows: sorted(expected, sort).slice(skip, end),
    });

    if (chance.percent(20))
      expect(await this.collection.countDocuments(query as object)).toBe(expected.length);
  }
}

async function failedIndexes(write: Promise<unknown>): Promise<number[]> {
  try {
    await write;
    return [];
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    const failures = [error.writeErrors].flat();
    expect(failures.every(({ code }) => code === 11000)).toBe(true);
    return failures.map(({ index }) => index);
  }
}

describe.each(['in memory', 'in a file'] as const)('the MongoDB stand-in %s', (kind) => {
  let dataDir: string;
  let mongo: MongoHandle;
  let client: MongoClient;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'iot-stand-in-'));
    mongo = await startMongo(
      kind === 'in memory' ? { inMemory: true } : { dataDir, standIn: true },
    );
    client = new MongoClient(mongo.url);
  }, 120_000);
  afterAll(async () => {
    await client?.close();
    await mongo?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it.each([1, 2, 3])(
    'answers as a plain search through an array would (%d)',
    async (seed) => {
      const collection = client.db('test').collection<Row>(`random_${seed}`);
      const pair = new Pair(collection, new Chance(seed));
      const early = INDEXES.slice(0, seed);
      for (const index of early) await collection.createIndex(index);
      for (let round = 0; round < 40; round++) {
        // In the middle, arrays come, which have no place in an order, and go.
        const withArrays = round > 15 && round < 25;
        await pair.insert(withArrays);
        await pair.compareAndSet();
        if (round % 3 === 0) await pair.updateMany(withArrays);
        if (round % 4 === 3) await pair.delete(pair.chance.query(1));
        if (round === 5)
          for (const index of INDEXES.slice(early.length)) await collection.createIndex(index);
        if (round === 30) await pair.delete({ c: { $exists: true } });
        for (let i = 0; i < 12; i++) await pair.compare();
        if (kind === 'in a file' && round === 35) {
          await mongo.kill();
          await mongo.restart();
        }
      }
      expect(pair.rows.length).toBeGreaterThan(20);
    },
    240_000,
  );

  it('keeps its answers while a document is changed', async () => {
    const collection = client.db('test').collection<Row & { _id: string }>('torn');
    await collection.insertOne({
      _id: 'x',
      first: 0,
      ...Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`f${i}`, i])),
      last: 0,
    });
    let changing = true;
    const writer = (async () => {
      for (let i = 1; i <= 300; i++)
        await collection.updateOne({ _id: 'x' }, { $set: { first: i, last: i } });
      changing = false;
    })();
    while (changing) {
      const row = await collection.findOne({ _id: 'x' });
      expect(compareValues(row?.['first'], row?.['last'])).toBe(0);
    }
    await writer;
  }, 60_000);
});

it('has in its file what it acknowledged when it is killed', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'iot-stand-in-'));
  const mongo = await startMongo({ dataDir, standIn: true });
  const client = new MongoClient(mongo.url, {
    serverSelectionTimeoutMS: 20_000,
    retryWrites: false,
  });
  try {
    const collection = client.db('test').collection<Row & { _id: string }>('kept');
    await collection.createIndex({ at: 1 });
    const acknowledged: string[] = [];
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let i = 0; ; i++) {
        await collection.insertOne({ _id: `${writer}-${i}`, at: new Date(i) });
        acknowledged.push(`${writer}-${i}`);
      }
    });
    const stopped = Promise.allSettled(writers);
    while (acknowledged.length < 200) await new Promise((resolve) => setTimeout(resolve, 5));
    await mongo.kill();
    await stopped;
    await mongo.restart();
    const stored = await collection.find({ at: { $gte: new Date(0) } }).toArray();
    expect(stored.map(({ _id }) => _id)).toEqual(expect.arrayContaining(acknowledged));
    expect(await collection.estimatedDocumentCount()).toBe(stored.length);
  } finally {
    await client.close();
    await mongo.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}, 120_000);
