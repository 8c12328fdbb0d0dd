import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { logicQuery, machineQuery } from '../../api/logic-queries.js';
import type { Logic } from '../../api/schema.js';
import { Failed, Loading } from '../../parts/states.js';
import { useMay } from '../../shell/session.js';
import { Machine } from './machine.js';
import { Program } from './program.js';
import { Trial } from './trial.js';
import { Versions } from './versions.js';
import './logic.css';

const route = getRouteApi('/ui/logic/$id');

/** What a program begins as. */
const BEGINNING = `function process(data, state, context) {
  state.count = (state.count ?? 0) + 1;
  return state;
}
`;

/** A machine, or machines whose ids begin alike: how they do, and the program that runs for them. */
export function MachinePage() {
  const { id } = route.useParams();
  const logic = useQuery(logicQuery(id));
  const machine = useQuery(machineQuery(id));
  return (
    <div className="page">
      <title>{`${id} · Logic · IoT telemetry`}</title>
      <p>
        <Link to="/ui/logic" search={{}}>
          All machines
        </Link>
      </p>
      <h1>
        <span className="device-id">{id}</span>
        {!id.endsWith('*') && (
          <span className="count">
            <Link to="/ui/devices/$id" params={{ id }}>
              its readings
            </Link>
          </span>
        )}
      </h1>
      {machine.data && <Machine machine={machine.data} />}
      {machine.data === null && <p className="note">No program has run for it yet.</p>}
      {logic.isError && !logic.data ? (
        <Failed what="The program" error={logic.error} again={() => void logic.refetch()} />
      ) : logic.data === undefined ? (
        <Loading what="the program" />
      ) : (
        <Written key={id} id={id} logic={logic.data} />
      )}
    </div>
  );
}

/** The program as somebody writes it: what is typed stays while the one that runs is read again. */
function Written({ id, logic }: { id: string; logic: Logic | null }) {
  const isAdmin = useMay('admin');
  const mayTry = useMay('operator');
  const [draft, setDraft] = useState<string>();
  const text = draft ?? logic?.logic ?? BEGINNING;
  return (
    <>
      <Program
        id={id}
        logic={logic}
        text={text}
        isDraft={draft !== undefined && draft !== logic?.logic}
        onChange={isAdmin || mayTry ? setDraft : undefined}
        saved={() => setDraft(undefined)}
      />
      {mayTry && !id.endsWith('*') && <Trial id={id} text={text} />}
      <Versions pattern={id} text={text} />
    </>
  );
}
