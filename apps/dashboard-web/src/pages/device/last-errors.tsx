import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { deadLettersQuery } from '../../api/queries.js';
import type { DeadLetterRow } from '../../api/schema.js';
import { shortened } from '../../core/format.js';
import { SimpleTable, type SimpleColumn } from '../../parts/simple-table.js';
import { Ago } from '../../parts/time.js';

const SHOWN = 5;
const COLUMNS: readonly SimpleColumn<DeadLetterRow>[] = [
  { title: 'Failed', cell: ({ failed_at }) => <Ago at={failed_at} /> },
  { title: 'Group', isWide: true, cell: ({ group }) => <span className="id">{group}</span> },
  { title: 'Why', cell: ({ message }) => shortened(message, 200) },
];

/** What of the device could not be handled; nothing where all could. */
export function LastErrors({ id }: { id: string }) {
  const letters = useQuery(deadLettersQuery({ device_id: id, limit: SHOWN })).data;
  if (!letters || letters.total === 0) return null;
  return (
    <>
      <SimpleTable
        title="Readings that could not be handled"
        what="dead letters"
        query={{ data: letters.data, error: null, refetch: () => undefined }}
        columns={COLUMNS}
        keyOf={({ place }) => place}
        none="None"
      />
      <p>
        <Link to="/ui/platform/dead-letters" search={{ device: id }}>
          Its dead letters
        </Link>
      </p>
    </>
  );
}
