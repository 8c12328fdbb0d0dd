import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import type { Type } from '@nestjs/common';
import type { Cell, Column } from './core/csv.js';
import { isoTime } from './core/edge-times.js';

/** A field of a document as JSON has it. Times are ISO 8601 in UTC. */
export type Served<T> = T extends Date ? string | null : T;

type Row = Record<string, unknown>;
type Name<D> = keyof D & string;

/**
 * What a row type says of one of its fields, or of several that stand together: how a document
 * gives it, and the columns that it has where the installation knows these sensors.
 */
interface Field {
  readonly put: (row: Row, document: never) => void;
  readonly columns: (sensors: readonly string[]) => readonly Column<Row>[];
}

const fieldsByType = new WeakMap<object, Map<string, Field>>();

function add(prototype: object, name: string, field: Field): void {
  const type = prototype.constructor;
  const fields = fieldsByType.get(type) ?? new Map<string, Field>();
  fieldsByType.set(type, fields.set(name, field));
}

const column = (name: string): Column<Row> => ({ name, cell: (row) => row[name] as Cell });

/** Values of sensors by name stand in a row where its first field of this kind is declared. */
const SENSORS = '(sensors)';

/** A time in the OpenAPI document: null where a document holds a date that is no time. */
const timeSchema = (example: string | null, description?: string): ApiPropertyOptions =>
  ({
    type: 'string',
    format: 'date-time',
    nullable: true,
    example,
    ...(description && { description }),
  }) as never;

/**
 * Decorators for the class of a row that is made of documents `D`. Each says at once how the field
 * is read from the document, what JSON and CSV have of it, and what the OpenAPI document says; the
 * compiler compares it with the document's type. Fields come in the order of their declaration.
 */
export function fieldsOf<D extends object>() {
  /** A field that a document gives by `read`; undefined: the row does without. */
  const computed =
    <T>(read: (document: D) => T, schema: ApiPropertyOptions, columns?: Field['columns']) =>
    <K extends string>(prototype: { [P in K]?: T }, name: K): void => {
      ApiProperty(schema)(prototype, name);
      add(prototype, name, {
        put: (row, document: D) => {
          const value = read(document);
          if (value !== undefined) row[name] = value;
        },
        columns: columns ?? (() => [column(name)]),
      });
    };
  /** The document's field of the same name. */
  const field =
    (schema: ApiPropertyOptions) =>
    <K extends Name<D>>(prototype: { [P in K]?: D[P] }, name: K): void =>
      computed((document) => document[name], schema)(prototype, name);
  /** The document's time of the same name; null where it has none that is a time. */
  const time =
    (example: string | null, description?: string) =>
    <K extends Name<D>>(prototype: { [P in K]?: Served<D[P]> }, name: K): void =>
      computed(
        (document) => {
          const date = document[name] as Date | null | undefined;
          return (date ? isoTime(date) : null) as Served<D[K]>;
        },
        timeSchema(example, description),
      )(prototype, name);
  /**
   * A sensor that the OpenAPI document shows as an example. All that `values` finds stand where the
   * first of them is declared; CSV has a column for each sensor of the catalogue.
   */
  const sensor =
    (values: (document: D) => readonly (readonly [string, number])[], example: number) =>
    <K extends string>(prototype: { [P in K]?: number }, name: K): void => {
      ApiProperty({ type: Number, required: false, example })(prototype, name);
      add(prototype, SENSORS, {
        put: (row, document: D) => {
          for (const [key, value] of values(document)) row[key] = value;
        },
        columns: (sensors) => sensors.map(column),
      });
    };
  return { computed, field, time, sensor };
}

/** The JSON form of a document, and the columns of CSV. */
export interface RowForm<D, R> {
  readonly fromDocument: (document: D) => R;
  readonly columns: (sensors: readonly string[]) => readonly Column<R>[];
}

/** What the decorators of {@link fieldsOf} say of a row type. */
export function formOf<D extends object, R extends object>(type: Type<R>): RowForm<D, R> {
  const fields = [...(fieldsByType.get(type)?.values() ?? [])];
  return {
    fromDocument: (document) => {
      const row: Row = {};
      for (const { put } of fields) put(row, document as never);
      return row as R;
    },
    columns: (sensors) => fields.flatMap(({ columns }) => columns(sensors)) as Column<R>[],
  };
}
