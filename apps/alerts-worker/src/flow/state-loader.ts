import type { AlertDocument } from '@iot/mongo';
import { alertFrom, alertId } from '../core/alert-document.js';
import { newDeviceState, type Alert, type DeviceState } from '../core/device-state.js';
import { hearOf } from '../core/reconcile.js';
import { deviceState } from '../core/state-document.js';
import type { Thresholds } from '../core/thresholds.js';
import type { AlertStore, StateStore } from '../output/stores.js';

/** Reads the states of devices, and what `alerts` has of them. */
export class StateLoader {
  constructor(
    private readonly states: Pick<StateStore, 'load'>,
    private readonly store: Pick<AlertStore, 'activeOf' | 'withIds'>,
  ) {}

  /** The state of each device, by id. @throws the database's error */
  async load(
    deviceIds: readonly string[],
    thresholds: Thresholds,
  ): Promise<Map<string, DeviceState>> {
    const states = new Map(deviceIds.map((id) => [id, newDeviceState(id, thresholds.size)]));
    if (states.size === 0) return states;
    const [documents, active] = await Promise.all([
      this.states.load(deviceIds),
      this.store.activeOf(deviceIds),
    ]);
    for (const document of documents) states.set(document._id, deviceState(document, thresholds));
    const stored = [
      ...alertsFrom(active, thresholds),
      ...(await this.alerts(missing(states.values(), active), thresholds)),
    ];
    for (const [id, some] of Map.groupBy(stored, ({ deviceId }) => deviceId))
      hearOf(states.get(id)!, some);
    return states;
  }

  /** Alerts as the database has them. @throws the database's error */
  async alerts(ids: readonly string[], thresholds: Thresholds): Promise<Alert[]> {
    return alertsFrom(await this.store.withIds(ids), thresholds);
  }
}

const alertsFrom = (documents: readonly AlertDocument[], thresholds: Thresholds): Alert[] =>
  documents.flatMap((document) => alertFrom(document, thresholds) ?? []);

/** Ids of the alerts that are active in a state and not in the database. */
function missing(states: Iterable<DeviceState>, active: readonly AlertDocument[]): string[] {
  const found = new Set(active.map(({ _id }) => _id));
  const ids: string[] = [];
  for (const state of states)
    for (const alert of state.active) if (!found.has(alertId(alert))) ids.push(alertId(alert));
  return ids;
}
