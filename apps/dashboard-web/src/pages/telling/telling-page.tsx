import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { read } from '../../api/client.js';
import { Notifications } from './notifications.js';
import { Receivers } from './receivers.js';
import { Routes } from './routes.js';

const SHOWN = 200;

/** Whom alerts are told, and what became of it. */
export function TellingPage() {
  const receivers = useQuery({
    queryKey: ['receivers'],
    queryFn: ({ signal }) => read('/receivers', { limit: SHOWN }, { signal }),
  });
  return (
    <div className="page">
      <title>Whom alerts are told · IoT telemetry</title>
      <p>
        <Link to="/ui/rules">All rules</Link>
      </p>
      <h1>Whom alerts are told</h1>
      <Receivers query={{ ...receivers, data: receivers.data?.data }} />
      <Routes receivers={receivers.data?.data.map(({ name }) => name) ?? []} />
      <Notifications />
    </div>
  );
}
