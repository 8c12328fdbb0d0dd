import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { change } from '../../api/change.js';
import { addressOf, ApiError } from '../../api/client.js';
import { alertQuery } from '../../api/queries.js';
import type { AlertAnswer } from '../../api/schema.js';
import { historyOf } from '../../core/alert-history.js';
import { count, sensorLabel, shortened } from '../../core/format.js';
import type { FormField } from '../../core/form-values.js';
import { Severity, Status } from '../../parts/badges.js';
import { Form } from '../../parts/form.js';
import { Empty, Failed, Loading } from '../../parts/states.js';
import { Moment } from '../../parts/time.js';
import { useMay } from '../../shell/session.js';
import './alert.css';

const route = getRouteApi('/ui/alerts/$id');

/** One alert: what happened, and what people said of it. */
export function AlertPage() {
  const { id } = route.useParams();
  const alert = useQuery(alertQuery(id));
  const title = <title>Alert · IoT telemetry</title>;
  if (alert.error instanceof ApiError && alert.error.status === 404)
    return (
      <Empty title="There is no such alert">
        {title}
        <p>It may have been removed after its time.</p>
        <Link to="/ui/alerts">All alerts</Link>
      </Empty>
    );
  if (alert.isError && !alert.data)
    return <Failed what="The alert" error={alert.error} again={() => void alert.refetch()} />;
  if (!alert.data) return <Loading what="the alert" />;
  return (
    <div className="page">
      {title}
      <p>
        <Link to="/ui/alerts">All alerts</Link>
      </p>
      <Alert answer={alert.data} />
    </div>
  );
}

function Alert({ answer }: { answer: AlertAnswer }) {
  const { alert } = answer;
  const mayAct = useMay('operator');
  return (
    <>
      <h1 className="alert-title">{shortened(alert.message, 300)}</h1>
      <dl className="card facts">
        <dt>Severity</dt>
        <dd>
          <Severity of={alert.severity} />
        </dd>
        <dt>Status</dt>
        <dd>
          <Status of={alert.status} />
        </dd>
        <dt>Device</dt>
        <dd>
          <Link to="/ui/devices/$id" params={{ id: alert.device_id }} className="id">
            {alert.device_id}
          </Link>
        </dd>
        <dt>Sensor</dt>
        <dd>{sensorLabel(alert.sensor_type)}</dd>
        <dt>Rule</dt>
        <dd>{alert.rule}</dd>
        <dt>In the hour before</dt>
        <dd>
          raised {alert.raises_last_hour === 1 ? 'once' : `${count(alert.raises_last_hour)} times`}
        </dd>
      </dl>
      <History answer={answer} />
      {mayAct && <Say answer={answer} />}
    </>
  );
}

const History = ({ answer }: { answer: AlertAnswer }) => (
  <section aria-label="What happened">
    <h2>What happened</h2>
    <ol className="card history">
      {historyOf(answer).map(({ at, what, by, text }, i) => (
        <li key={i}>
          <Moment at={at} />
          <div>
            {what} {by !== undefined && <span className="count">by {by}</span>}
            {text !== undefined && text !== '' && <p className="said">{text}</p>}
          </div>
        </li>
      ))}
    </ol>
  </section>
);

const NOTE: readonly FormField[] = [
  { name: 'text', kind: 'text', label: 'Note', hint: 'For those who look at the alert later' },
];

/** Adds a note, or acknowledges with one. */
function Say({ answer: { alert, notes } }: { answer: AlertAnswer }) {
  const client = useQueryClient();
  const isOpen = alert.status === 'active';
  const send = async ({ text }: { text?: string }): Promise<void> => {
    if (isOpen)
      await change('POST', addressOf('/alerts/{id}/acknowledge', {}, alert.id), { note: text });
    else await change('POST', addressOf('/alerts/{id}/notes', {}, alert.id), { text });
    await client.invalidateQueries({ queryKey: ['alert', alert.id] });
  };
  return (
    <Form
      // What was sent is not there to be sent again.
      key={`${alert.status} ${notes.length}`}
      title={isOpen ? 'Acknowledge the alert' : 'Add a note'}
      start={{ text: '' }}
      fields={() => NOTE}
      check={({ text }): Record<string, string> => {
        const { length } = String(text).trim();
        if (length > 1000) return { text: 'It has 1000 characters at most' };
        return length === 0 && !isOpen ? { text: 'What is to be noted?' } : {};
      }}
      send={send}
      verb={isOpen ? 'Acknowledge' : 'Add the note'}
    />
  );
}
