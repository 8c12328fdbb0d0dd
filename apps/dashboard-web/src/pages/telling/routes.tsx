import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { change } from '../../api/change.js';
import { addressOf, read } from '../../api/client.js';
import { sensorsQuery } from '../../api/queries.js';
import type { RouteRow } from '../../api/schema.js';
import { valuesOf } from '../../core/form-values.js';
import { ActButton } from '../../parts/act-button.js';
import { Form } from '../../parts/form.js';
import { Refused } from '../../parts/refused.js';
import { SimpleTable, type SimpleColumn } from '../../parts/simple-table.js';
import { useAct } from '../../parts/use-act.js';
import { useMay } from '../../shell/session.js';
import { NEW_ROUTE, routeFields } from './route-fields.js';

const SHOWN = 200;

const ROUTES: readonly SimpleColumn<RouteRow>[] = [
  { title: 'Route', cell: ({ name }) => <span className="id">{name}</span> },
  { title: 'Receiver', cell: ({ receiver }) => receiver },
  {
    title: 'Which alerts',
    isWide: true,
    cell: ({ match }) =>
      Object.keys(match).length === 0 ? 'all' : <code>{JSON.stringify(match)}</code>,
  },
  { title: 'Together by', isWide: true, cell: ({ group_by }) => group_by.join(', ') || 'all' },
  { title: 'In use', isWide: true, cell: ({ enabled }) => (enabled ? 'yes' : 'no') },
  { title: 'Kept by', isWide: true, cell: ({ source }) => source },
];

export function Routes({ receivers }: { receivers: readonly string[] }) {
  const client = useQueryClient();
  const mayAct = useMay('operator');
  const [edited, setEdited] = useState<RouteRow | 'new'>();
  const { refused, act } = useAct('routes');
  const sensors = useQuery(sensorsQuery).data?.data.map(({ name }) => name) ?? [];
  const routes = useQuery({
    queryKey: ['routes'],
    queryFn: ({ signal }) => read('/routes', { limit: SHOWN }, { signal }),
  });
  const of = (name: string): string => addressOf('/routes/{name}', {}, name);
  const before = edited === 'new' ? undefined : edited;
  const save = async (body: object): Promise<void> => {
    if (before) await change('PUT', of(before.name), body);
    else await change('POST', '/routes', body);
    setEdited(undefined);
    await client.invalidateQueries({ queryKey: ['routes'] });
  };
  const acts: SimpleColumn<RouteRow> = {
    title: 'Change',
    cell: (row) =>
      row.source === 'api' && (
        <span className="acts">
          <ActButton verb="Edit" to={row.name} act={() => setEdited(row)} />
          <ActButton
            verb="Delete"
            to={row.name}
            sure="Delete it?"
            act={() => act(() => change('DELETE', of(row.name)))}
          />
        </span>
      ),
  };
  const fields = routeFields(receivers, sensors, !before);
  return (
    <>
      <SimpleTable
        title="Routes"
        what="routes"
        query={{ ...routes, data: routes.data?.data }}
        columns={mayAct ? [...ROUTES, acts] : ROUTES}
        keyOf={({ name }) => name}
        none="No alert is told to anybody: there is no route"
      />
      <Refused text={refused} />
      {mayAct && edited === undefined && receivers.length > 0 && (
        <div className="acts">
          <button type="button" onClick={() => setEdited('new')}>
            New route
          </button>
        </div>
      )}
      {mayAct && edited !== undefined && (
        <Form
          key={before?.name ?? ''}
          title={before ? `Route ${before.name}` : 'New route'}
          start={before ? valuesOf(fields, { ...before }) : NEW_ROUTE}
          fields={() => fields}
          send={save}
          verb="Save"
          cancel={() => setEdited(undefined)}
        />
      )}
    </>
  );
}
