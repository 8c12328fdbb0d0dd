import type { Platform, PlatformComponent } from '../../api/schema.js';
import { count } from '../../core/format.js';

/** What Kubernetes says of the services. */
export function Components({ platform: { cluster, reason } }: { platform: Platform }) {
  return (
    <section aria-label="Cluster">
      <h2>Cluster</h2>
      {cluster ? (
        <>
          <Missing missing={cluster.missing} />
          <div className="card table-card">
            <table>
              <thead>
                <tr>
                  <th>Component</th>
                  <th className="number">Ready</th>
                  <th className="number">Restarts</th>
                  <th>Rollout</th>
                  <th className="wide">Autoscaler</th>
                  <th className="wide">Image</th>
                </tr>
              </thead>
              <tbody>
                {cluster.components.map((component) => (
                  <Row key={component.component} {...component} />
                ))}
              </tbody>
            </table>
          </div>
        </>
      ) : (
        <p className="note">Not shown here: {reason}</p>
      )}
    </section>
  );
}

function Missing({
  missing,
}: {
  missing: NonNullable<Platform['cluster']>['missing'] | undefined;
}) {
  const reasons = Object.values(missing ?? {}).filter((reason) => reason !== null);
  return reasons.map((reason) => (
    <p className="note" key={reason}>
      {reason}
    </p>
  ));
}

function Row({ component, deployment, pods, autoscaler }: PlatformComponent) {
  const [ready, wanted] = [deployment?.ready ?? pods?.ready, deployment?.desired ?? pods?.count];
  return (
    <tr>
      <td className="id">{component}</td>
      <td className="number">{ready === undefined ? '–' : `${ready} of ${wanted ?? '–'}`}</td>
      <td className="number">{count(pods?.restarts)}</td>
      <td>
        {pods && pods.waiting.length > 0 ? (
          <span className="pill critical">{pods.waiting.join(', ')}</span>
        ) : (
          (deployment?.rollout?.state ?? '–')
        )}
      </td>
      <td className="wide">
        {autoscaler
          ? `${autoscaler.current} of ${autoscaler.min}–${autoscaler.max}, wants ${autoscaler.desired}`
          : 'none'}
      </td>
      <td className="wide id">{deployment?.images.join(', ') ?? '–'}</td>
    </tr>
  );
}
