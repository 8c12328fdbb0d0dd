/** How the rate moves over the run; the mean is the same in each. */
export const PROFILES = ['steady', 'burst', 'diurnal'] as const;
export type Profile = (typeof PROFILES)[number];

/** The rate is constant within a step of this many ms. */
const STEP = 10;
const BURST_PERIOD = 10_000;
const BURST_LENGTH = 1_000;

/**
 * The rate at `t` ms, relative to the mean. A burst is 5.5 times the mean for 1 s in 10, half of it
 * otherwise; a day lasts the whole run.
 */
function shape(profile: Profile, t: number, duration: number): number {
  if (profile === 'burst') return t % BURST_PERIOD < BURST_LENGTH ? 5.5 : 0.5;
  if (profile === 'diurnal') return 1 - 0.8 * Math.cos((2 * Math.PI * t) / duration);
  return 1;
}

/**
 * When each reading of a run is due: an open loop, fixed before the first is sent, whatever the
 * target does.
 */
export class Schedule {
  private step = 0;
  private reached = 0;
  private count = 0;

  /**
   * @param rate mean readings a second of all devices; `duration` and `ramp` (from nothing to the
   * full rate) in ms
   */
  constructor(
    private readonly rate: number,
    private readonly duration: number,
    private readonly ramp = 0,
    private readonly profile: Profile = 'steady',
  ) {}

  /** Ms after the start at which the next reading is due; undefined when that is past the end. */
  next(): number | undefined {
    for (;;) {
      const from = this.step * STEP;
      // A tenth of a microsecond of rounding may not add or lose a reading at the edges.
      if (from >= this.duration - 1e-4) return undefined;
      const middle = from + STEP / 2;
      const ramped = this.ramp > 0 ? Math.min(1, middle / this.ramp) : 1;
      const perMs = (this.rate / 1000) * ramped * shape(this.profile, middle, this.duration);
      if (this.count < this.reached + perMs * STEP - 1e-7) {
        const due = from + Math.max(0, this.count - this.reached) / perMs;
        if (due >= this.duration - 1e-4) return undefined;
        this.count++;
        return due;
      }
      this.reached += perMs * STEP;
      this.step++;
    }
  }
}
