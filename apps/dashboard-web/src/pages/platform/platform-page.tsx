import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ApiError } from '../../api/client.js';
import { platformQuery } from '../../api/queries.js';
import type { ConsumerLag, LiveLag, Platform } from '../../api/schema.js';
import { count, duration } from '../../core/format.js';
import { useLive } from '../../live/use-live.js';
import { Empty, Failed, Loading } from '../../parts/states.js';
import { Components } from './components.js';

/** The services themselves: what runs, how far it is behind, and what was set aside. */
export function PlatformPage() {
  const platform = useQuery(platformQuery);
  if (platform.error instanceof ApiError && platform.error.status === 404) return <FromOutside />;
  if (platform.isError && !platform.data)
    return (
      <Failed what="The platform" error={platform.error} again={() => void platform.refetch()} />
    );
  if (!platform.data) return <Loading what="the platform" />;
  return (
    <div className="page">
      <title>Platform · IoT telemetry</title>
      <h1>Platform</h1>
      <Consumers platform={platform.data} />
      <DeadLetters platform={platform.data} />
      <Components platform={platform.data} />
      <Process platform={platform.data} />
    </div>
  );
}

/** An Ingress need not lead to what the platform says of itself. */
const FromOutside = () => (
  <Empty title="This address does not lead to /platform">
    <title>Platform · IoT telemetry</title>
    <p>What runs and how far it is behind can be seen from inside: docs/production.md says how.</p>
    <Link to="/ui/platform/dead-letters" search={{}}>
      Dead letters
    </Link>
  </Empty>
);

function Consumers({ platform: { kafka } }: { platform: Platform }) {
  const lag = useLive((state) => state.overview?.lag);
  if (!kafka || kafka.groups === null)
    return (
      <section aria-label="Consumers">
        <h2>Consumers</h2>
        <p className="note" role="status">
          {kafka?.reason ?? 'Kafka does not answer.'}
        </p>
      </section>
    );
  return (
    <section aria-label="Consumers">
      <h2>
        Consumers of <code>{kafka.telemetry_topic}</code>
      </h2>
      <div className="card table-card">
        <table>
          <thead>
            <tr>
              <th>Group</th>
              <th className="number">Members</th>
              <th className="number">Behind</th>
              <th className="number">For</th>
              <th className="wide">Records behind, by partition</th>
            </tr>
          </thead>
          <tbody>
            {kafka.groups.map((group) => (
              <GroupRow
                key={group.group}
                {...group}
                lag={lag?.find((it) => it.group === group.group)}
              />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function GroupRow({
  group,
  members,
  records,
  by_partition,
  lag,
}: ConsumerLag & { lag: LiveLag | undefined }) {
  const most = Math.max(1, ...by_partition);
  return (
    <tr>
      <td className="id">{group}</td>
      <td className="number">
        {members === 0 ? <span className="pill critical">0</span> : count(members)}
      </td>
      <td className="number">{count(records)}</td>
      <td className="number">{lag ? duration(lag.seconds * 1000) : '–'}</td>
      <td className="wide">
        <svg
          className="bars"
          viewBox={`0 0 ${by_partition.length * 10} 24`}
          role="img"
          aria-label={`By partition: ${by_partition.join(', ')}`}
        >
          {by_partition.map((behind, partition) => {
            const height = behind === 0 ? 1.5 : 2 + (behind / most) * 21;
            return (
              <rect
                key={partition}
                x={partition * 10 + 1}
                y={24 - height}
                width={8}
                height={height}
              >
                <title>{`partition ${partition}: ${behind}`}</title>
              </rect>
            );
          })}
        </svg>
      </td>
    </tr>
  );
}

function DeadLetters({ platform: { kafka } }: { platform: Platform }) {
  const letters = kafka?.dead_letters ?? null;
  return (
    <section aria-label="Dead letters">
      <h2>Dead letters</h2>
      <p>
        {letters === null
          ? 'How many records had to be set aside is not known now.'
          : letters === 0
            ? 'Nothing had to be set aside.'
            : `${count(letters)} ${letters === 1 ? 'record' : 'records'} had to be set aside.`}
      </p>
      <p>
        <Link to="/ui/platform/dead-letters" search={{}}>
          Why, and the way back
        </Link>
      </p>
    </section>
  );
}

function Process({ platform: { process } }: { platform: Platform }) {
  return (
    <section aria-label="The process that answers">
      <h2>The process that answers</h2>
      <dl className="card facts">
        <dt>Service</dt>
        <dd>
          {process.service} {process.version}
        </dd>
        <dt>Node</dt>
        <dd>{process.node}</dd>
        <dt>Up for</dt>
        <dd>{duration(process.uptime_s * 1000)}</dd>
        <dt>Memory</dt>
        <dd>{count((process.memory?.rss ?? 0) / 1e6)} MB</dd>
      </dl>
    </section>
  );
}
