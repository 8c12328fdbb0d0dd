import type { GroupedAlert, Settled, Wake } from '../output/store.js';
import type { OutboxEntry } from '@iot/mongo';
import type { MemoryStore } from './memory-store.js';

/** Ways to weaken the protocol; the model must find each. */
export const MUTATIONS = [
  'offset before the store',
  'no outbox',
  'group without compare-and-set',
  'older versions overwrite',
  'told alerts are forgotten',
  'changes meanwhile count as told',
  'woken before the alerts are there',
  'marked before it is stored',
  'works before it knows its routes',
  'what is muted counts as told',
  'told again though somebody has it',
  'taken out of a group before it is in the other',
] as const;
export type Mutation = (typeof MUTATIONS)[number];

/** The store of a process with a bug in it. */
export function mutated(
  store: MemoryStore,
  mutation: Mutation | undefined,
  isMuted: (alert: GroupedAlert['alert']) => boolean,
): MemoryStore {
  const real = {
    dirty: store.dirty.bind(store),
    remove: store.remove.bind(store),
    put: store.put.bind(store),
    wake: store.wake.bind(store),
    replaceGroup: store.replaceGroup.bind(store),
    markTold: store.markTold.bind(store),
    insertNotification: store.insertNotification.bind(store),
  };
  switch (mutation) {
    case 'no outbox':
      store.replaceGroup = (group, fields) =>
        real.replaceGroup(group, fields.outbox ? { ...fields, outbox: null } : fields);
      break;
    case 'group without compare-and-set':
      store.replaceGroup = (group, fields) =>
        real.replaceGroup({ ...group, version: store.groups.get(group._id)!.version }, fields);
      break;
    case 'older versions overwrite':
      store.isNewer = () => true;
      break;
    case 'told alerts are forgotten':
      store.markTold = async (told, expireAt) => {
        await real.markTold(told, expireAt);
        const over = told.filter(({ status }) => status === 'resolved');
        await store.remove(over.map(({ id, version }): Settled => ({ _id: id, version })));
      };
      break;
    case 'changes meanwhile count as told':
      store.markTold = async (told, expireAt) => {
        await real.markTold(told, expireAt);
        for (const { id } of told) {
          const there = store.alerts.get(id);
          if (there) there.dirty = false;
        }
      };
      break;
    case 'woken before the alerts are there': {
      let held: readonly GroupedAlert[] = [];
      store.put = async (alerts) => void (held = alerts);
      store.wake = async (groups: readonly Wake[]) => {
        await real.wake(groups);
        await real.put(held);
      };
      break;
    }
    case 'what is muted counts as told':
      store.dirty = async function* (group) {
        for await (const document of real.dirty(group)) {
          if (isMuted(document.alert)) store.alerts.get(document._id)!.dirty = false;
          yield document;
        }
      };
      break;
    case 'told again though somebody has it':
      store.put = (alerts) => real.put(alerts.map((one) => ({ ...one, acknowledged: false })));
      break;
    case 'taken out of a group before it is in the other': {
      let late: (() => Promise<void>)[] = [];
      const moving = (alerts: readonly GroupedAlert[]): boolean => alerts.some(({ told }) => told);
      store.put = async (alerts) => {
        if (moving(alerts)) late.push(() => real.put(alerts));
        else await real.put(alerts);
      };
      store.remove = async (alerts) => {
        await real.remove(alerts);
        const some = late;
        late = [];
        for (const put of some) await put();
      };
      break;
    }
    case 'marked before it is stored': {
      // The notification comes last, and by then its alerts and its group say that all is done.
      let insert: (() => Promise<void>) | undefined;
      store.insertNotification = async (notification) =>
        void (insert = () => real.insertNotification(notification));
      store.replaceGroup = async (group, fields) => {
        const done = await real.replaceGroup(group, fields);
        if (fields.outbox === null) await insert?.();
        return done;
      };
      store.markTold = (told: OutboxEntry['told'], expireAt) => real.markTold(told, expireAt);
    }
  }
  return store;
}
