import type { ReactNode } from 'react';
import { Empty, Failed, Loading } from './states.js';

export interface SimpleColumn<R> {
  readonly title: string;
  readonly cell: (row: R) => ReactNode;
  readonly isNumber?: boolean;
  readonly isWide?: boolean;
}

interface Props<R> {
  readonly title: string;
  readonly what: string;
  readonly query: {
    readonly data: readonly R[] | undefined;
    readonly error: Error | null;
    readonly refetch: () => unknown;
  };
  readonly columns: readonly SimpleColumn<R>[];
  readonly keyOf: (row: R) => string;
  readonly none: string;
}

const classOf = ({ isNumber, isWide }: { isNumber?: boolean; isWide?: boolean }): string =>
  `${isNumber ? 'number' : ''} ${isWide ? 'wide' : ''}`.trim();

/** A section with a table of a few rows, and what it shows while it has none. */
export function SimpleTable<R>({ title, what, query, columns, keyOf, none }: Props<R>) {
  const { data, error, refetch } = query;
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {data && data.length > 0 ? (
        <div className="card table-card">
          <table>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column.title} className={classOf(column)}>
                    {column.title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {data.map((row) => (
                <tr key={keyOf(row)}>
                  {columns.map((column) => (
                    <td key={column.title} className={classOf(column)}>
                      {column.cell(row)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : data ? (
        <Empty title={none} />
      ) : error ? (
        <Failed what={title} error={error} again={() => void refetch()} />
      ) : (
        <Loading what={what} />
      )}
    </section>
  );
}
