import { chance } from './hash.js';

/** Sensors that can be made up. */
export const SENSORS = ['temperature_c', 'humidity', 'voltage', 'current', 'pressure'] as const;
export type SensorName = (typeof SENSORS)[number];

const DAY = 86_400_000;
const MINUTE = 60_000;
/** One salt for each use of chance. */
const SALT = {
  base: 11,
  amplitude: 12,
  load: 13,
  temperature: 14,
  humidity: 15,
  voltage: 16,
  current: 17,
  pressure: 18,
  noise: 20,
  spike: 30,
  height: 31,
  kind: 32,
};

/** Readings out of eight in a row that a spike lasts. */
const SPIKE_BLOCK = 8;
const SPIKE_LENGTH = 3;
/** The greatest share of readings that can be in a spike. */
export const MAX_SPIKES = SPIKE_LENGTH / SPIKE_BLOCK;

/** Excursions beyond the default thresholds: sensor, from, to. */
const EXCURSIONS: readonly (readonly [SensorName, number, number])[] = [
  ['temperature_c', 51, 68],
  ['temperature_c', -28, -11],
  ['voltage', 150, 198],
  ['voltage', 242, 262],
  ['current', 10.4, 16],
];

/**
 * Noise that drifts: a smooth curve through a random height in [-1, 1] at each multiple of `period`
 * ms.
 */
function drift(seed: number, device: number, ts: number, period: number, salt: number): number {
  const step = Math.floor(ts / period);
  const x = ts / period - step;
  const from = chance(seed, device, step, salt);
  const to = chance(seed, device, step + 1, salt);
  return 2 * (from + (to - from) * x * x * (3 - 2 * x)) - 1;
}

/** One device's temperament: what differs between it and the others and does not change. */
export interface Device {
  readonly index: number;
  readonly id: string;
  readonly base: number;
  readonly amplitude: number;
  readonly load: number;
}

/** Device number `index` of a seed. */
export function device(seed: number, index: number, id: string): Device {
  return {
    index,
    id,
    base: 12 + 12 * chance(seed, index, 0, SALT.base),
    amplitude: 3 + 4 * chance(seed, index, 0, SALT.amplitude),
    load: 1 + 3 * chance(seed, index, 0, SALT.load),
  };
}

/**
 * The made-up climate and mains of one device at one time: temperature follows the sun (warmest at
 * 15:00 UTC), humidity falls as it rises, voltage sags under load, pressure wanders over hours. A
 * pure function of seed, device, time and the reading's number, so late readings show what was
 * measured then.
 */
export class Signals {
  constructor(
    private readonly seed: number,
    private readonly sensors: readonly SensorName[],
    /** Share of readings that lie in a spike, 0 to {@link MAX_SPIKES}. */
    private readonly spikes: number,
  ) {}

  /**
   * The sensor fields as JSON members, such as `"humidity":51.2,"voltage":230.1`. `seq` numbers the
   * device's readings.
   */
  members(of: Device, seq: number, ts: number): string {
    const { seed } = this;
    const { index } = of;
    const sun = Math.sin(2 * Math.PI * (ts / DAY - 0.375));
    const warmth = of.amplitude * sun + 0.8 * drift(seed, index, ts, 20 * MINUTE, SALT.temperature);
    const load =
      of.load * (1 + 0.35 * sun) * (1 + 0.3 * drift(seed, index, ts, 5 * MINUTE, SALT.current));
    const noise = chance(seed, index, seq, SALT.noise) - 0.5;
    const excursion = this.excursion(index, seq);
    let text = '';
    for (const sensor of this.sensors) {
      let value: number;
      if (excursion !== undefined && excursion[0] === sensor)
        value =
          excursion[1] + (excursion[2] - excursion[1]) * chance(seed, index, seq, SALT.height);
      else if (sensor === 'temperature_c') value = of.base + warmth + 0.2 * noise;
      else if (sensor === 'humidity')
        value = Math.min(
          98,
          Math.max(
            5,
            58 - 2.4 * warmth + 4 * drift(seed, index, ts, 30 * MINUTE, SALT.humidity) - noise,
          ),
        );
      else if (sensor === 'voltage')
        value = 231.5 - 0.6 * load + 3 * drift(seed, index, ts, 10 * MINUTE, SALT.voltage) + noise;
      else if (sensor === 'current') value = load + 0.1 * noise;
      else value = 1013 + 14 * drift(0, 0, ts, 360 * MINUTE, SALT.pressure) + 0.2 * noise;
      text += `${text === '' ? '"' : ',"'}${sensor}":${Math.round(value * 100) / 100}`;
    }
    return text;
  }

  private excursion(index: number, seq: number): (typeof EXCURSIONS)[number] | undefined {
    if (this.spikes === 0 || seq % SPIKE_BLOCK >= SPIKE_LENGTH) return undefined;
    const block = Math.floor(seq / SPIKE_BLOCK);
    if (chance(this.seed, index, block, SALT.spike) >= this.spikes / MAX_SPIKES) return undefined;
    return EXCURSIONS[Math.floor(chance(this.seed, index, block, SALT.kind) * EXCURSIONS.length)];
  }
}
