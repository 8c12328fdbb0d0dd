import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { deadLettersQuery } from '../../api/queries.js';
import type { DeadLetterCount, DeadLetterRow } from '../../api/schema.js';
import { count, shortened } from '../../core/format.js';
import { Field } from '../../parts/fields.js';
import { SimpleTable, type SimpleColumn } from '../../parts/simple-table.js';
import { Ago } from '../../parts/time.js';
import { useMay } from '../../shell/session.js';
import { Letter } from './letter.js';
import { linesOf } from './lines-of.js';
import { Redrive } from './redrive.js';
import { deadLettersSearch, type DeadLettersSearch } from './search.js';

const route = getRouteApi('/ui/platform/dead-letters');
/** `partition/offset` of a place. */
const letterOf = (place: string): string => place.split('/').slice(-2).join('/');

/** Records that could not be handled: why, what they hold, and the way back. */
export function DeadLettersPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const mayAct = useMay('operator');
  const { letter, device, ...how } = search;
  const letters = useQuery(deadLettersQuery({ ...how, ...(device && { device_id: device }) }));
  const found = letters.data;
  const query = { error: letters.error, refetch: letters.refetch };
  const isChosen = Object.keys(how).length > 0 || device !== undefined;
  return (
    <div className="page">
      <title>Dead letters · IoT telemetry</title>
      <p>
        <Link to="/ui/platform">The platform</Link>
      </p>
      <h1>
        Dead letters{' '}
        {found && <span className="count">{count(isChosen ? found.total : found.retained)}</span>}
      </h1>
      <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <Field
          label="Device"
          value={device ?? ''}
          placeholder="whole id"
          onChange={(id) =>
            void navigate({
              search: (old) => deadLettersSearch({ ...old, device: id }),
              replace: true,
            })
          }
        />
        {isChosen && (
          <Link to="/ui/platform/dead-letters" search={{}}>
            Show all
          </Link>
        )}
      </form>
      <SimpleTable
        title="By how they failed"
        what="dead letters"
        query={{ ...query, data: found?.groups }}
        columns={GROUPS}
        keyOf={({ group, stage, reason }) => JSON.stringify([group, stage, reason])}
        none={isChosen ? 'No dead letter is like that' : 'Nothing had to be set aside'}
      />
      {mayAct && found && found.total > 0 && (
        <Redrive key={JSON.stringify([how, device])} which={which(how, device)} />
      )}
      {letter !== undefined && mayAct && <Letter key={letter} at={letter} />}
      {found && found.total > 0 && (
        <SimpleTable
          title={`The newest of them${found.looked_at < found.retained ? `, of the last ${count(found.looked_at)}` : ''}`}
          what="dead letters"
          query={{ ...query, data: found.data }}
          columns={mayAct ? [...LETTERS, LINES, WHOLE] : LETTERS}
          keyOf={({ place }) => place}
          none="None"
        />
      )}
    </div>
  );
}

/** What a redrive is asked for, in the words of the API. */
const which = (how: Omit<DeadLettersSearch, 'letter' | 'device'>, device: string | undefined) => ({
  ...how,
  ...(device !== undefined && { device_id: device }),
});

const GROUPS: readonly SimpleColumn<DeadLetterCount>[] = [
  {
    title: 'Reason',
    cell: ({ group, stage, reason }) =>
      group === '(foreign)' ? (
        'of another system'
      ) : (
        <Link to="/ui/platform/dead-letters" search={{ group, stage, reason }}>
          {reason}
        </Link>
      ),
  },
  { title: 'Stage', isWide: true, cell: ({ stage }) => stage || '–' },
  { title: 'Group', cell: ({ group }) => <span className="id">{group}</span> },
  { title: 'Letters', isNumber: true, cell: (one) => count(one.count) },
  { title: 'The last', isNumber: true, isWide: true, cell: ({ last }) => <Ago at={last} /> },
];

const LETTERS: readonly SimpleColumn<DeadLetterRow>[] = [
  { title: 'Failed', cell: ({ failed_at }) => <Ago at={failed_at} /> },
  { title: 'Device', cell: ({ device_id }) => <span className="id">{device_id || '–'}</span> },
  { title: 'Group', isWide: true, cell: ({ group }) => <span className="id">{group || '–'}</span> },
  { title: 'Why', cell: ({ foreign, message }) => shortened(foreign ?? message, 160) },
  { title: 'Sent back', isNumber: true, isWide: true, cell: ({ redrives }) => count(redrives) },
];

/** For operators, who may read them. */
const LINES: SimpleColumn<DeadLetterRow> = {
  title: 'Logs',
  isWide: true,
  cell: (letter) => {
    const search = linesOf(letter);
    return (
      search && (
        <Link to="/ui/logs" search={search} aria-label={`lines about ${letter.place}`}>
          lines
        </Link>
      )
    );
  },
};

const WHOLE: SimpleColumn<DeadLetterRow> = {
  title: 'Record',
  cell: ({ place }) => (
    <Link
      to="/ui/platform/dead-letters"
      search={(old) => deadLettersSearch({ ...old, letter: letterOf(place) })}
      resetScroll={false}
      aria-label={`Show ${place}`}
    >
      {letterOf(place)}
    </Link>
  ),
};
