import type { GroupedAlertDocument, NotificationGroupDocument, RouteDocument } from '@iot/mongo';
import { targetsOf } from '../core/routing.js';
import type { GroupedAlert, NotificationStore, Settled, Wake } from '../output/store.js';
import { groupId, wakeOf } from './intake.js';

const AT_ONCE = 500;

/**
 * A route has changed: alerts of a group that belong elsewhere now are moved there, with what their
 * receiver was told; a receiver that is new to them is told of those that are active. What the
 * route takes no more is forgotten. First they are put into the other group, then taken out of this
 * one.
 * @param route as it is now; undefined: it is gone
 */
export async function regroup(
  store: NotificationStore,
  group: NotificationGroupDocument,
  route: RouteDocument | undefined,
  now: number,
): Promise<void> {
  let some: GroupedAlertDocument[] = [];
  const seen = new Set<string>();
  for (const list of [store.dirty(group._id), store.toldActive(group._id)])
    for await (const document of list) {
      if (seen.has(document._id)) continue;
      seen.add(document._id);
      some.push(document);
      if (some.length < AT_ONCE) continue;
      await move(store, group, route, some, now);
      some = [];
    }
  await move(store, group, route, some, now);
}

async function move(
  store: NotificationStore,
  group: NotificationGroupDocument,
  route: RouteDocument | undefined,
  documents: readonly GroupedAlertDocument[],
  now: number,
): Promise<void> {
  const alerts: GroupedAlert[] = [];
  const wakes = new Map<string, Wake>();
  const gone: Settled[] = [];
  for (const document of documents) {
    const [target] = targetsOf(document.alert, route ? [route] : []);
    const to = target && groupId(target.key);
    if (to === group._id) continue;
    gone.push({ _id: document._id, version: document.version });
    const { alert, acknowledged = false, told_version, told_status, told_severity } = document;
    const isKnown = target?.route.receiver === group.receiver;
    if (!target || (!isKnown && alert.status === 'resolved')) continue;
    const told = isKnown && { told: { told_version, told_status, told_severity } };
    alerts.push({ group: to!, alert, acknowledged, ...told });
    // What was told is told again when it would have been in this group.
    const last_at = isKnown ? group.last_at : null;
    wakes.set(to!, { ...wakeOf(target, now, now), ...(last_at && { last_at }) });
  }
  if (alerts.length > 0) {
    await store.put(alerts);
    await store.wake([...wakes.values()]);
  }
  if (gone.length > 0) await store.remove(gone);
}
