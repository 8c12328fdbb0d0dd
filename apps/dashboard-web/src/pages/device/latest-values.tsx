import type { DeviceRow } from '../../api/schema.js';
import { measured, sensorLabel } from '../../core/format.js';
import { Ago } from '../../parts/time.js';

/** What the device said last, of each sensor. */
export const LatestValues = ({
  device,
  units,
}: {
  device: DeviceRow;
  units: ReadonlyMap<string, string>;
}) => (
  <section className="latest" aria-label="Latest values">
    {Object.entries(device.latest)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([sensor, { value, ts }]) => (
        <div key={sensor} className="card latest-value">
          <h2 className="stat-title">{sensorLabel(sensor)}</h2>
          <p className="latest-number">
            {measured(value)} <span className="latest-unit">{units.get(sensor) ?? ''}</span>
          </p>
          <p className="stat-note">
            <Ago at={ts} />
          </p>
        </div>
      ))}
  </section>
);
