import { Link } from '@tanstack/react-router';
import type { LiveOverview } from '../../api/schema.js';
import { count, duration, rate } from '../../core/format.js';
import { useLive, useNow } from '../../live/use-live.js';
import { Spark } from '../../parts/spark.js';
import { Empty, Loading } from '../../parts/states.js';
import { attention } from './attention.js';
import { NewestAlerts } from './newest-alerts.js';
import { Stat } from './stat.js';

/** What an operator looks at first: what needs attention, then how the platform does. */
export function OverviewPage() {
  const overview = useLive((state) => state.overview);
  if (!overview) return <Loading what="the overview" />;
  return (
    <div className="page">
      <title>Overview · IoT telemetry</title>
      <h1>Overview</h1>
      <Attention overview={overview} />
      <Figures overview={overview} />
      <Services overview={overview} />
      <NewestAlerts />
    </div>
  );
}

function Attention({ overview }: { overview: LiveOverview }) {
  const now = useNow();
  const matters = attention(overview, now);
  if (overview.devices_known === 0)
    return (
      <Empty title="No device has reported yet">
        <p>Send a first reading, and it appears here within a second:</p>
        <pre tabIndex={0}>
          {`curl -X POST http://${location.hostname}:8001/ingest -H 'content-type: application/json' \\\n  -d '{"device_id":"sensor-1","temperature_c":21.5}'`}
        </pre>
      </Empty>
    );
  return (
    <section className="card attention" aria-label="Needs attention">
      {matters.length === 0 ? (
        <p className="quiet-note">
          <span className="dot ok" aria-hidden="true" /> Nothing needs attention.
        </p>
      ) : (
        <ul>
          {matters.map(({ grade, text, to, search }) => (
            <li key={text} className={grade}>
              <Link to={to} search={search ?? {}}>
                <span className={`severity ${grade}`}>
                  <span className="dot" aria-hidden="true" />
                  <span className="unseen">{grade}: </span>
                </span>
                {text}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Figures({ overview }: { overview: LiveOverview }) {
  const rates = useLive((state) => state.rates);
  const { devices_known, devices_reporting, lag, alerts, dead_letters } = overview;
  const worst = lag.toSorted((a, b) => b.seconds - a.seconds)[0];
  return (
    <section className="stats" aria-label="Figures">
      <Stat
        title="Readings per second"
        value={rate(overview.readings_per_second)}
        note={`${count(overview.readings_stored)} stored`}
        wide
      >
        <Spark points={rates} about="Readings per second, the last 15 minutes" />
      </Stat>
      <Stat
        title="Devices reporting"
        value={count(devices_reporting)}
        note={`of ${count(devices_known)} known, last 15 min`}
      />
      <Stat
        title="Active alerts"
        value={count(alerts.critical + alerts.warning)}
        note={`${count(alerts.critical)} critical, ${count(alerts.warning)} warning`}
        grade={alerts.critical > 0 ? 'critical' : alerts.warning > 0 ? 'warning' : undefined}
      />
      <Stat
        title="Lag"
        value={
          worst
            ? `${worst.at_least && worst.seconds > 0 ? '≥ ' : ''}${duration(worst.seconds * 1000)}`
            : '–'
        }
        note={worst ? `${worst.group}, ${count(worst.records)} records` : 'not known'}
        grade={worst && worst.seconds >= 60 ? 'warning' : undefined}
      />
      <Stat
        title="Dead letters"
        value={count(dead_letters)}
        note={dead_letters === null ? 'not known' : 'kept on the topic'}
        grade={(dead_letters ?? 0) > 0 ? 'warning' : undefined}
      />
    </section>
  );
}

function Services({ overview: { services } }: { overview: LiveOverview }) {
  return (
    <section aria-label="Services">
      <h2>Services</h2>
      <ul className="services">
        {services.map(({ name, state, detail }) => (
          <li key={name} className={`service ${state}`}>
            <span className="dot" aria-hidden="true" />
            <span className="service-name">{name}</span>
            <span className="service-detail">
              {state === 'down' || state === 'degraded' ? `${state}: ` : ''}
              {detail}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
