/** An alert that a rule would have raised. */
export interface FoundAlert {
  readonly type: 'alert';
  readonly id: string;
  readonly device_id: string;
  readonly sensor_type: string | null;
  readonly severity: 'warning' | 'critical';
  readonly message: string;
  readonly value: number;
  readonly timestamp: string;
  readonly last_seen: string;
  /** Null: it was active at the end. */
  readonly resolved_at: string | null;
}

/** How far it is; as a summary, what there was. */
export interface BackTestProgress {
  readonly type: 'progress' | 'summary';
  readonly devices: number;
  readonly readings: number;
  readonly alerts: number;
}

export type BackTestLine = FoundAlert | BackTestProgress;

/** What is known of a back-test. */
export interface BackTestState {
  readonly devices: number;
  readonly readings: number;
  /** All that were found, those too that are not kept. */
  readonly alerts: number;
  readonly kept: readonly FoundAlert[];
  /** False: there is more to come, or it was cut off. */
  readonly isWhole: boolean;
}

/** A page that keeps more would be of no use to anybody. */
export const MOST_KEPT = 2000;

export const NOTHING_FOUND: BackTestState = {
  devices: 0,
  readings: 0,
  alerts: 0,
  kept: [],
  isWhole: false,
};

/** The state after some more lines. */
export function heard(state: BackTestState, lines: readonly BackTestLine[]): BackTestState {
  let { devices, readings, alerts, isWhole } = state;
  const more: FoundAlert[] = [];
  for (const line of lines)
    if (line.type === 'alert') {
      alerts++;
      if (state.kept.length + more.length < MOST_KEPT) more.push(line);
    } else {
      ({ devices, readings, alerts } = line);
      isWhole = line.type === 'summary';
    }
  const kept = more.length === 0 ? state.kept : [...state.kept, ...more];
  return { devices, readings, alerts, kept, isWhole };
}

/** The devices that alerts were found of, those with most of them first. */
export function devicesOf(alerts: readonly FoundAlert[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { device_id } of alerts) counts.set(device_id, (counts.get(device_id) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}
