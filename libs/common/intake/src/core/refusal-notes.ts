/** What of a refused reading is known. */
export interface AboutReading {
  readonly device_id?: string;
  readonly event_id?: string;
}

/** So that one that sends nothing else does not fill the log, and does not hide the others. */
const QUIET_MS = 60_000;
const LINES_A_SECOND = 5;
const MOST_KNOWN = 1000;
const LONGEST_ID = 128;
const LONGEST_WHY = 300;

/** What a line says of a refusal. */
export interface RefusalLine extends AboutReading {
  readonly reason: string;
  readonly error: string;
  /** How many were refused without a line since the last one. */
  readonly refused_untold?: number;
}

/** Which refusals a line is written of: of a device and a reason one a minute, five a second in all. */
export class RefusalNotes {
  private told = new Map<string, number>();
  private second = 0;
  private lines = 0;
  private untold = 0;

  /** What a line is to say; undefined: none is written. @param now epoch ms */
  line(reason: string, about: AboutReading, why: string, now: number): RefusalLine | undefined {
    const untold = this.take(reason, about, now);
    if (untold === undefined) return undefined;
    return {
      ...about,
      reason,
      error: why.slice(0, LONGEST_WHY),
      ...(untold > 0 && { refused_untold: untold }),
    };
  }

  /**
   * @param now epoch ms
   * @returns how many were refused without a line since the last one; undefined: nor is this one told
   */
  take(reason: string, { device_id = '' }: AboutReading, now: number): number | undefined {
    const who = `${reason} ${device_id}`;
    const second = Math.floor(now / 1000);
    if (second !== this.second) [this.second, this.lines] = [second, 0];
    if ((this.told.get(who) ?? -Infinity) > now - QUIET_MS || this.lines === LINES_A_SECOND) {
      this.untold++;
      return undefined;
    }
    this.lines++;
    // The one told of longest ago.
    if (this.told.size === MOST_KNOWN) this.told.delete(this.told.keys().next().value!);
    this.told.delete(who);
    this.told.set(who, now);
    const { untold } = this;
    this.untold = 0;
    return untold;
  }
}

/** The ids that a body says, whatever else is wrong with it. */
export function aboutReading(body: unknown): AboutReading {
  const { device_id, event_id } = (body ?? {}) as Record<string, unknown>;
  const id = (value: unknown): value is string =>
    typeof value === 'string' && value !== '' && value.length <= LONGEST_ID;
  return { ...(id(device_id) && { device_id }), ...(id(event_id) && { event_id }) };
}
