import type { AlertRow, DeviceRow, LiveAlerts, LiveOverview, LiveSnapshot } from '../api/schema.js';

/** What the stream has told so far. */
export interface LiveState {
  readonly overview: LiveOverview | undefined;
  /** Active alerts by id, as far as the stream tells of them. */
  readonly alerts: ReadonlyMap<string, AlertRow>;
  /** Readings a second: epoch ms and value. */
  readonly rates: readonly (readonly [number, number])[];
  /** The device that is watched. */
  readonly device: DeviceRow | undefined;
  /** Why the server finds out nothing new. */
  readonly trouble: string | null;
  /** Grows when something may have been missed: what was fetched must be fetched anew. */
  readonly snapshots: number;
}

export const NOTHING: LiveState = {
  overview: undefined,
  alerts: new Map(),
  rates: [],
  device: undefined,
  trouble: null,
  snapshots: 0,
};

export type LiveMessage =
  | { readonly event: 'snapshot'; readonly data: LiveSnapshot }
  | { readonly event: 'overview'; readonly data: LiveOverview }
  | { readonly event: 'alerts'; readonly data: LiveAlerts }
  | { readonly event: 'device'; readonly data: DeviceRow }
  | {
      readonly event: 'beat';
      readonly data: { readonly at: string; readonly trouble: string | null };
    };

/** Whether it is still so, whether or not somebody has said that they saw it. */
export const isOpen = ({ status }: Pick<AlertRow, 'status'>): boolean =>
  status === 'active' || status === 'acknowledged';

const RATES = 180;
/** A value that stays the same is a new one after so long. */
const SAME_MS = 8000;

/** The state after a message. */
export function told(state: LiveState, message: LiveMessage): LiveState {
  switch (message.event) {
    case 'snapshot': {
      const { overview, alerts, rates } = message.data;
      return {
        overview,
        alerts: new Map(alerts.map((alert) => [alert.id, alert])),
        rates: rates as LiveState['rates'],
        device: undefined,
        trouble: null,
        snapshots: state.snapshots + 1,
      };
    }
    case 'overview':
      return {
        ...state,
        overview: message.data,
        trouble: null,
        rates: withRate(state, message.data),
      };
    case 'alerts': {
      const alerts = new Map(state.alerts);
      for (const alert of message.data.changed)
        if (isOpen(alert)) alerts.set(alert.id, alert);
        else alerts.delete(alert.id);
      return { ...state, alerts };
    }
    case 'device':
      return { ...state, device: message.data };
    case 'beat':
      return { ...state, trouble: message.data.trouble };
  }
}

/** Rates are measured each five seconds, and told each second. */
function withRate({ rates }: LiveState, overview: LiveOverview): LiveState['rates'] {
  const at = Date.parse(overview.at);
  const last = rates.at(-1);
  if (overview.readings_per_second === null) return rates;
  if (last && last[1] === overview.readings_per_second && at - last[0] < SAME_MS) return rates;
  return [...rates, [at, overview.readings_per_second] as const].slice(-RATES);
}
