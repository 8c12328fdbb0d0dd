import 'reflect-metadata';
import { fieldsOf, formOf } from './row.js';

interface Stored {
  _id: string;
  count: number;
  at: Date;
  done: Date | null;
  [sensor: string]: unknown;
}
const { computed, field, time, sensor } = fieldsOf<Stored>();
const values = ({ a, b }: Stored): [string, number][] => [
  ['a', a as number],
  ['b', b as number],
];

class Row {
  [sensor: string]: unknown;
  @computed(({ _id }) => _id, { example: 'x' }) id!: string;
  @sensor(values, 1) a?: number;
  @sensor(values, 2) b?: number;
  @field({ example: 3 }) count!: number;
  @time('2026-01-01T00:00:00.000Z') at!: string | null;
  @time(null) done!: string | null;
  @computed(() => undefined, { required: false, example: 1 }) absent?: undefined;
}

describe('a class of rows', () => {
  const { fromDocument, columns } = formOf<Stored, Row>(Row);
  const at = new Date('2026-01-31T12:00:00Z');

  it('says what JSON has, in order, and no more', () => {
    const row = fromDocument({ _id: 'i', count: 4, at, done: null, a: 1, b: 2, secret: 5 });
    expect(JSON.stringify(row)).toBe(
      '{"id":"i","a":1,"b":2,"count":4,"at":"2026-01-31T12:00:00.000Z","done":null}',
    );
  });

  it('serves a date that is no time as null', () => {
    expect(fromDocument({ _id: '', count: 0, at: new Date(NaN), done: at })).toMatchObject({
      at: null,
      done: at.toISOString(),
    });
  });

  it('says what columns CSV has: one for each sensor of the catalogue', () => {
    const row = fromDocument({ _id: 'i', count: 4, at, done: null, a: 1, b: 2 });
    expect(columns(['b', 'c']).map(({ name, cell }) => [name, cell(row)])).toEqual([
      ['id', 'i'],
      ['b', 2],
      ['c', undefined],
      ['count', 4],
      ['at', at.toISOString()],
      ['done', null],
      ['absent', undefined],
    ]);
  });

  it('says what the OpenAPI document has', () => {
    const named = Reflect.getMetadata('swagger/apiModelPropertiesArray', Row.prototype) as [];
    expect(named).toEqual([':id', ':a', ':b', ':count', ':at', ':done', ':absent']);
  });

  it('is compared with its documents by the compiler', () => {
    class Wrong {
      // @ts-expect-error the document's count is a number
      @field({}) count!: string;
      // @ts-expect-error a time is served as a text
      @time('') at!: Date;
    }
    expect(formOf(Wrong).columns([])).toHaveLength(2);
  });
});
