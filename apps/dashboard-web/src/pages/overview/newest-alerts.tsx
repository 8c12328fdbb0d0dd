import { Link } from '@tanstack/react-router';
import { sensorLabel, shortened } from '../../core/format.js';
import { useLive } from '../../live/use-live.js';
import { Severity } from '../../parts/badges.js';
import { Ago } from '../../parts/time.js';

const SHOWN = 8;

/** The alerts that were raised last and are still active. */
export function NewestAlerts() {
  const alerts = useLive((state) => state.alerts);
  const newest = [...alerts.values()]
    .sort((a, b) => (b.created_at ?? '').localeCompare(a.created_at ?? ''))
    .slice(0, SHOWN);
  if (newest.length === 0) return null;
  return (
    <section aria-label="Newest alerts">
      <h2>
        Newest alerts <Link to="/ui/alerts">all alerts</Link>
      </h2>
      <div className="card table-card">
        <table>
          <thead>
            <tr>
              <th>Severity</th>
              <th>Device</th>
              <th className="wide">Sensor</th>
              <th>What</th>
              <th className="number">Raised</th>
            </tr>
          </thead>
          <tbody>
            {newest.map(({ id, severity, device_id, sensor_type, message, created_at }) => (
              <tr key={id}>
                <td>
                  <Severity of={severity} />
                </td>
                <td>
                  <Link to="/ui/devices/$id" params={{ id: device_id }} className="id">
                    {device_id}
                  </Link>
                </td>
                <td className="wide">{sensorLabel(sensor_type)}</td>
                <td title={shortened(message, 400)}>{shortened(message, 120)}</td>
                <td className="number">
                  <Ago at={created_at} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
