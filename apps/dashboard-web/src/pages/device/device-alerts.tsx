import { Link } from '@tanstack/react-router';
import type { AlertRow } from '../../api/schema.js';
import { count, measured, sensorLabel, shortened } from '../../core/format.js';
import { Severity, Status } from '../../parts/badges.js';
import { Moment } from '../../parts/time.js';

/** The alerts of a device in the time that is shown. */
export const DeviceAlerts = ({ alerts }: { alerts: readonly AlertRow[] }) =>
  alerts.length === 0 ? null : (
    <section aria-label="Alerts of this time">
      <h2>Alerts of this time</h2>
      <div className="card table-card">
        <table>
          <thead>
            <tr>
              <th>Severity</th>
              <th>Sensor</th>
              <th>What</th>
              <th className="number wide">Last value</th>
              <th className="number wide">Times</th>
              <th>Status</th>
              <th className="number">Since</th>
            </tr>
          </thead>
          <tbody>
            {alerts.map((alert) => (
              <tr key={alert.id}>
                <td>
                  <Severity of={alert.severity} />
                </td>
                <td>{sensorLabel(alert.sensor_type)}</td>
                <td>
                  <Link to="/ui/alerts/$id" params={{ id: alert.id }}>
                    {shortened(alert.message, 160)}
                  </Link>
                </td>
                <td className="number wide">{measured(alert.last_value)}</td>
                <td className="number wide">{count(alert.occurrences)}</td>
                <td>
                  <Status of={alert.status} />
                </td>
                <td className="number">
                  <Moment at={alert.timestamp} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
