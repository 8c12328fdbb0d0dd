import {
  alertId,
  hearOf,
  mustRefresh,
  newDeviceState,
  type Alert,
  type DeviceState,
  type RuleSet,
} from '@iot/alerting';
import type { AlertDocument } from '@iot/mongo';
import { alertFrom } from '../core/alert-document.js';
import { deviceState } from '../core/state-document.js';
import type { AlertStore, StateStore } from '../output/stores.js';

/** Reads the states of devices, and what `alerts` has of them. */
export class StateLoader {
  constructor(
    private readonly states: Pick<StateStore, 'load'>,
    private readonly store: Pick<AlertStore, 'openOf' | 'withIds'>,
  ) {}

  /** The state of each device, by id. @throws the database's error */
  async load(deviceIds: readonly string[], set: RuleSet): Promise<Map<string, DeviceState>> {
    const states = new Map(deviceIds.map((id) => [id, newDeviceState(id, set.of(id))]));
    if (states.size === 0) return states;
    const [documents, open] = await Promise.all([
      this.states.load(deviceIds),
      this.store.openOf(deviceIds),
    ]);
    for (const document of documents) states.set(document._id, deviceState(document, set));
    const others = await this.store.withIds(missing(states.values(), open));
    for (const [id, some] of Map.groupBy([...open, ...others], ({ device_id }) => device_id)) {
      const state = states.get(id)!;
      hearOf(state, alertsFrom(some, state));
    }
    for (const state of states.values())
      if ([...state.active, ...state.told].some(({ rule }) => rule.index < 0)) mustRefresh(state);
    return states;
  }

  /** Alerts as the database has them. @throws the database's error */
  alerts(ids: readonly string[]): Promise<AlertDocument[]> {
    return this.store.withIds(ids);
  }
}

/** Alerts of a device, as documents, in the terms of its rules. */
export const alertsFrom = (documents: readonly AlertDocument[], { rules }: DeviceState): Alert[] =>
  documents.map((document) => alertFrom(document, rules));

/** Ids of the alerts that are open in a state and not in the database. */
function missing(states: Iterable<DeviceState>, open: readonly AlertDocument[]): string[] {
  const found = new Set(open.map(({ _id }) => _id));
  const ids: string[] = [];
  for (const state of states)
    for (const alert of state.active) if (!found.has(alertId(alert))) ids.push(alertId(alert));
  return ids;
}
