import { startMongo, type MongoHandle } from '@iot/local-stack';
import fc from 'fast-check';
import {
  BSON,
  Double,
  Int32,
  Long,
  MongoClient,
  type Collection,
  type Db,
  type Document,
} from 'mongodb';

/** Values with their BSON types, as they are sent and stored. */
type Value =
  string | boolean | Date | null | Int32 | Double | Long | Value[] | { [field: string]: Value };
type Fields = Record<string, Value>;
type Row = Fields & { _id: Value; version: Value };

const numbers = {
  int: (n: number) => new Int32(n),
  double: (n: number) => new Double(n),
  long: (n: number) => Long.fromNumber(n),
};
type NumberType = keyof typeof numbers;

const isNumber = (value: Value | undefined): value is Int32 | Double | Long =>
  value instanceof Int32 || value instanceof Double || value instanceof Long;
const isDocument = (value: Value | undefined): value is Fields =>
  typeof value === 'object' &&
  value !== null &&
  !isNumber(value) &&
  !(value instanceof Date) &&
  !Array.isArray(value);

/**
 * The same text for values that are equal to the server: 1 is 1.0, but the fields of a document
 * have an order.
 */
function textOf(value: Value): string {
  if (value instanceof Long)
    return Long.fromNumber(value.toNumber()).equals(value)
      ? `${value.toNumber()}`
      : `long ${value}`;
  if (isNumber(value)) return `${value.valueOf() + 0}`;
  if (Array.isArray(value)) return `[${value.map(textOf)}]`;
  if (isDocument(value))
    return `{${Object.entries(value).map(([field, one]) => `${field}:${textOf(one)}`)}}`;
  return JSON.stringify([typeof value, value]);
}

/** An equal value whose small whole numbers have another type. */
function retyped(value: Value): Value {
  if (Array.isArray(value)) return value.map(retyped);
  if (isDocument(value))
    return Object.fromEntries(Object.entries(value).map(([field, one]) => [field, retyped(one)]));
  const n = isNumber(value) ? Number(value) : NaN;
  if (!Number.isInteger(n) || n > 100) return value;
  return value instanceof Double ? new Int32(n) : new Double(n);
}

/** All there is to see of documents: the order of fields and the types of numbers too. */
const everythingOf = (rows: Iterable<Document>): string[] =>
  Array.from(rows, (row) => BSON.EJSON.stringify(row, { relaxed: false })).sort();

interface Statement {
  readonly id: Value;
  /** Added to the version that the row has: 0 is a hit. */
  readonly off: number;
  readonly type: NumberType;
  readonly set: Fields;
  /** Sets what is there already, but for the types of numbers. */
  readonly again: boolean;
}

const number = fc
  .tuple(fc.constantFrom<NumberType>('int', 'double', 'long'), fc.integer({ min: 0, max: 2 }))
  .map(([type, n]): Value => numbers[type](n));
const scalar = fc.oneof(
  number,
  fc.constantFrom<Value>('', 'x', 'é', null, true, new Date(0), new Date(1), new Double(0.5)),
);
const subDocument: fc.Arbitrary<Value> = fc.oneof(
  fc.record({ x: scalar }),
  fc.record({ x: scalar, y: scalar }),
  fc.record({ y: scalar, x: scalar }),
);
const odd = fc.constantFrom<Value>(
  new Double(NaN),
  new Double(-0),
  Long.fromString('9007199254740993'),
  [],
  [new Int32(1)],
  {},
);
const statement: fc.Arbitrary<Statement> = fc.record({
  id: fc.constantFrom<Value>(
    'a',
    'b',
    'c',
    'd',
    new Int32(1),
    new Double(1),
    Long.fromNumber(1),
    new Date(5),
  ),
  off: fc.oneof(
    { weight: 4, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.constantFrom(-1, 1) },
  ),
  type: fc.oneof(
    { weight: 4, arbitrary: fc.constant<NumberType>('int') },
    fc.constantFrom<NumberType>('double', 'long'),
  ),
  set: fc.record(
    {
      indexed: scalar,
      sub: fc.oneof(subDocument, scalar),
      free: fc.oneof(scalar, subDocument, odd),
      unique: fc.oneof(number, fc.string()),
    },
    { requiredKeys: [] },
  ),
  again: fc.boolean(),
});

/** What the collection should hold and answer. */
class Model {
  readonly rows = new Map<string, Row>();

  /** Applies a statement to the rows, and adds to the answer. */
  apply({ q, u }: { q: Row; u: { $set: Fields } }, index: number, answer: Answer): void {
    const row = this.rows.get(textOf(q._id));
    const matches = row !== undefined && textOf(row.version) === textOf(q.version);
    const before = row ?? q;
    // What is equal is left as it is; fields that are there keep their places.
    const changes = Object.entries(u.$set).filter(
      ([field, value]) => !(field in before) || textOf(before[field]!) !== textOf(value),
    );
    const after = { ...before, ...Object.fromEntries(changes) };
    if ((row && !matches) || this.isTaken(after)) return void answer.refused.push(index);
    this.rows.set(textOf(q._id), after);
    answer.n++;
    if (!row) answer.upserted.push(index);
    else if (changes.length > 0) answer.nModified++;
  }

  private isTaken({ _id, unique }: Row): boolean {
    return (
      this.find(
        (row) =>
          textOf(row._id) !== textOf(_id) && unique !== undefined && same(row['unique'], unique),
      ).length > 0
    );
  }

  find(holds: (row: Row) => boolean): Row[] {
    return [...this.rows.values()].filter(holds);
  }
}

interface Answer {
  n: number;
  nModified: number;
  readonly upserted: number[];
  readonly refused: number[];
}

/** For a query, what is missing is null. */
const same = (value: Value | undefined, wanted: Value): boolean =>
  textOf(value ?? null) === textOf(wanted);

async function send(rows: Collection, updates: Document[]): Promise<Answer> {
  const {
    n,
    nModified,
    upserted = [],
    writeErrors = [],
  } = await rows.db.command({ update: rows.collectionName, updates, ordered: false });
  const errors = writeErrors as { index: number; code: number }[];
  expect(errors.filter(({ code }) => code !== 11000)).toEqual([]);
  return {
    n,
    nModified,
    upserted: (upserted as { index: number }[]).map(({ index }) => index),
    refused: errors.map(({ index }) => index),
  };
}

describe('compare-and-set on the MongoDB stand-in', () => {
  let mongo: MongoHandle;
  let client: MongoClient;
  let db: Db;
  let collections = 0;

  beforeAll(async () => {
    mongo = await startMongo({ inMemory: true });
    client = new MongoClient(mongo.url);
    db = client.db('test');
  }, 120_000);
  afterAll(async () => {
    await client?.close();
    await mongo?.stop();
  });

  it('answers, stores and indexes as a model does', async () => {
    const done = { hits: 0, unchanged: 0, upserts: 0, refused: 0 };
    const property = fc.asyncProperty(
      fc.array(fc.array(statement, { minLength: 1, maxLength: 8 }), { maxLength: 12 }),
      async (batches) => {
        const rows = db.collection(`random_${collections++}`);
        await rows.createIndex({ indexed: 1 });
        await rows.createIndex({ 'sub.x': -1, indexed: 1 });
        await rows.createIndex({ unique: 1 }, { unique: true, sparse: true });
        const model = new Model();
        for (const batch of batches) {
          const expected: Answer = { n: 0, nModified: 0, upserted: [], refused: [] };
          const updates = batch.map(({ id, off, type, set, again }, index) => {
            const known = model.rows.get(textOf(id));
            const version = Number(known?.version ?? 1) + off;
            const { _id, ...fields } = known ?? { _id: id };
            const $set = again
              ? (retyped(fields) as Fields)
              : { ...set, version: numbers[type](version + 1) };
            const update = {
              q: { _id: id, version: numbers[type](version) },
              u: { $set },
              upsert: true,
            };
            model.apply(update, index, expected);
            return update;
          });
          expect(await send(rows, updates)).toEqual(expected);
          done.hits += expected.nModified;
          done.unchanged += expected.n - expected.nModified - expected.upserted.length;
          done.upserts += expected.upserted.length;
          done.refused += expected.refused.length;
        }
        expect(everythingOf(await rows.find({}, { promoteValues: false }).toArray())).toEqual(
          everythingOf(model.rows.values()),
        );

        const find = async (query: Document): Promise<string[]> =>
          everythingOf(await rows.find(query, { promoteValues: false }).toArray());
        for (const value of [
          new Int32(0),
          new Double(1),
          new Double(0.5),
          'x',
          null,
          new Date(1),
        ]) {
          expect(await find({ indexed: value })).toEqual(
            everythingOf(model.find((row) => same(row['indexed'], value))),
          );
          expect(await find({ 'sub.x': value })).toEqual(
            everythingOf(
              model.find(({ sub }) => same(isDocument(sub) ? sub['x'] : undefined, value)),
            ),
          );
        }
        for (const { unique } of model.find((row) => 'unique' in row))
          expect(await find({ unique })).toEqual(
            everythingOf(model.find((row) => 'unique' in row && same(row['unique'], unique!))),
          );
        // No key of an index outlives its row's value.
        const count = model.rows.size;
        const { keysPerIndex } = await db.command({ validate: rows.collectionName });
        expect(Object.values(keysPerIndex as object).map(Number)).toEqual([
          count,
          count,
          count,
          model.find((row) => 'unique' in row).length,
        ]);
        await rows.drop();
      },
    );
    await fc.assert(property, { numRuns: 100 });
    for (const times of Object.values(done)) expect(times).toBeGreaterThan(50);
  }, 240_000);

  it('takes nothing for a compare-and-set of whole fields that is more', async () => {
    const rows = db.collection<Document & { _id: string }>('others');
    const update = async (q: Document, u: Document): Promise<Document> => {
      await rows.replaceOne(
        { _id: 'a' },
        { version: 1, sub: { x: 1, y: 1 }, list: [1, 2] },
        { upsert: true },
      );
      const { n, writeErrors } = await db.command({ update: 'others', updates: [{ q, u }] });
      return { n, code: writeErrors?.[0]?.code, row: await rows.findOne() };
    };
    const row = { _id: 'a', version: 1, sub: { x: 1, y: 1 }, list: [1, 2] };
    const q = { _id: 'a', version: 1 };
    expect(await update(q, { $set: { 'sub.x': 2, version: 2 } })).toEqual({
      n: 1,
      row: { ...row, sub: { x: 2, y: 1 }, version: 2 },
    });
    expect(await update(q, { $set: { version: 2 }, $inc: { more: 1 } })).toEqual({
      n: 1,
      row: { ...row, version: 2, more: 1 },
    });
    expect(await update(q, { $set: { _id: 'b' } })).toEqual({ n: 0, code: 66, row });
    expect(await update(q, { version: 3 })).toEqual({ n: 1, row: { _id: 'a', version: 3 } });
    expect(await update({ _id: 'a', version: { $gte: 1 } }, { $set: { version: 2 } })).toEqual({
      n: 1,
      row: { ...row, version: 2 },
    });
    expect(await update({ _id: 'a', version: { $gt: 1 } }, { $set: { version: 2 } })).toEqual({
      n: 0,
      row,
    });
    expect(await update({ _id: 'a', list: 2 }, { $set: { 'list.$': 3 } })).toEqual({
      n: 1,
      row: { ...row, list: [1, 3] },
    });
    expect(await update({ _id: 'a', gone: null }, { $set: { version: 2 } })).toEqual({
      n: 1,
      row: { ...row, version: 2 },
    });
    expect(await update({ _id: 'a', version: null }, { $set: { version: 2 } })).toEqual({
      n: 0,
      row,
    });
    expect(await update({ _id: { $in: ['a'] }, version: 1 }, { $set: { version: 2 } })).toEqual({
      n: 1,
      row: { ...row, version: 2 },
    });
  });
});
