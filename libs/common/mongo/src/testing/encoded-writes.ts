import { randomUUID } from 'node:crypto';
import { MongoClient, type Collection } from 'mongodb';
import { fieldNames } from '../bson-writer.js';
import { EncodedBatch } from '../encoded-writes.js';
import { DUPLICATE_KEY } from '../errors.js';

interface Row {
  _id: string;
  version: number;
  at: Date;
}

const FIELD = fieldNames('_id', 'version', 'at');
const AT = 1_790_000_000_123;
let client: MongoClient;
let rows: Collection<Row>;

const inserts = (ids: readonly string[]): EncodedBatch => {
  const batch = new EncodedBatch(ids.length);
  for (const id of ids) {
    const writer = batch.next();
    const document = writer.open();
    writer.text(FIELD._id, id);
    writer.number(FIELD.version, 1);
    writer.date(FIELD.at, AT);
    writer.close(document);
  }
  return batch;
};

const compareAndSet = (...rowsSeen: [id: string, seen: number][]): Promise<number[]> => {
  const batch = new EncodedBatch(rowsSeen.length);
  for (const [id, seen] of rowsSeen)
    batch.compareAndSet(id, seen, (writer) => writer.number(FIELD.version, seen + 1));
  return batch.updateIn(rows, (index) => ({ id: rowsSeen[index]![0], seen: rowsSeen[index]![1] }));
};
const versions = async () =>
  Object.fromEntries((await rows.find().toArray()).map(({ _id, version }) => [_id, version]));

/** What a batch does in the database, whichever code of the driver sends it. */
export function testEncodedWrites(): void {
  beforeAll(async () => {
    client = await new MongoClient(process.env['TEST_MONGO']!, {
      writeConcern: { w: 'majority' },
    }).connect();
  });
  beforeEach(() => {
    rows = client.db(`encoded_${randomUUID().slice(0, 8)}`).collection('rows');
  });
  afterEach(() => rows.drop());
  afterAll(() => client.close());

  it('inserts what is new and names what is not, by its index', async () => {
    expect(await inserts(['a', 'c']).insertInto(rows)).toEqual([]);
    const failures = await inserts(['a', 'b', 'c', 'ä']).insertInto(rows);
    expect(failures.map(({ index, code }) => [index, code])).toEqual([
      [0, DUPLICATE_KEY],
      [2, DUPLICATE_KEY],
    ]);
    expect(await rows.find().sort({ _id: 1 }).toArray()).toEqual(
      ['a', 'b', 'c', 'ä'].map((_id) => ({ _id, version: 1, at: new Date(AT) })),
    );
  });

  it('updates under compare-and-set, and names the rows that had another version', async () => {
    await inserts(['a', 'b']).insertInto(rows);
    expect(await compareAndSet(['a', 1], ['b', 7], ['new', 0])).toEqual([1]);
    expect(await versions()).toEqual({ a: 2, b: 1, new: 1 });
  });

  it('does not bring back what somebody has deleted', async () => {
    await inserts(['a', 'b', 'c']).insertInto(rows);
    await rows.deleteMany({ _id: { $in: ['b', 'c'] } });
    expect(await compareAndSet(['a', 1], ['b', 1], ['c', 0], ['d', 9])).toEqual([1, 3]);
    expect(await versions()).toEqual({ a: 2, c: 1 });
  });

  it('names rows beyond the first message by their indexes too', async () => {
    const ids = Array.from({ length: 50_010 }, (_, i) => `row-${i}`);
    await inserts(ids).insertInto(rows);
    await rows.deleteOne({ _id: 'row-50003' });
    expect(
      await compareAndSet(...ids.map((id, i): [string, number] => [id, i === 50_001 ? 5 : 1])),
    ).toEqual([50_001, 50_003]);
    expect(await rows.countDocuments({ version: 2 })).toBe(ids.length - 2);
  }, 60_000);

  it('sends more than one message takes in several, and counts the indexes through', async () => {
    const ids = Array.from({ length: 50_010 }, (_, i) => `row-${i}`);
    await inserts(['row-3', 'row-50005']).insertInto(rows);
    expect((await inserts(ids).insertInto(rows)).map(({ index }) => index)).toEqual([3, 50_005]);
    expect(await rows.countDocuments()).toBe(ids.length);
  }, 60_000);

  it('sends nothing when there is nothing', async () => {
    expect(await new EncodedBatch(0).insertInto(rows)).toEqual([]);
    await inserts(['a']).insertInto(rows);
  });
}
