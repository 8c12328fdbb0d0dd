import type { GroupedAlertDocument, RouteDocument } from '@iot/mongo';

/** Someone's wish that nothing be told of some alerts for a time. */
export interface Mute {
  readonly fromMs: number;
  readonly toMs: number;
  readonly covers: (alert: GroupedAlertDocument['alert']) => boolean;
}

export type Verdict =
  | { readonly kind: 'tell'; readonly change: 'new' | 'resolved' }
  /** There is nothing to tell of this change, now or later. */
  | { readonly kind: 'nothing'; readonly why?: 'resolved_untold' | 'resolved_not_wanted' }
  | { readonly kind: 'muted'; readonly untilMs: number };

const RANK = { warning: 1, critical: 2 };

/** The end of the mutes that cover an alert now; undefined: none does. */
export function mutedUntil(
  alert: GroupedAlertDocument['alert'],
  mutes: readonly Mute[],
  now: number,
): number | undefined {
  const over = mutes.filter((m) => m.fromMs <= now && now < m.toMs && m.covers(alert));
  return over.length > 0 ? Math.max(...over.map(({ toMs }) => toMs)) : undefined;
}

/** What is to be told of the last change of an alert. */
export function judge(
  { alert, told_status: told, told_severity: severity }: GroupedAlertDocument,
  { send_resolved: sendResolved }: Pick<RouteDocument, 'send_resolved'>,
  mutes: readonly Mute[],
  now: number,
): Verdict {
  const untilMs = mutedUntil(alert, mutes, now);
  if (alert.status === 'resolved') {
    if (told === 'resolved') return { kind: 'nothing' };
    if (!sendResolved) return { kind: 'nothing', why: 'resolved_not_wanted' };
    if (untilMs === undefined) return { kind: 'tell', change: 'resolved' };
    // It began and ended behind the mute: there is nothing to take back.
    return told === 'none'
      ? { kind: 'nothing', why: 'resolved_untold' }
      : { kind: 'muted', untilMs };
  }
  if (told === 'active' && RANK[alert.severity] <= RANK[severity]) return { kind: 'nothing' };
  return untilMs === undefined ? { kind: 'tell', change: 'new' } : { kind: 'muted', untilMs };
}

/** Whether an alert that was told is told again while it is active: not once somebody has it. */
export const isRepeated = (
  { alert, acknowledged, told_status: told }: GroupedAlertDocument,
  mutes: readonly Mute[],
  now: number,
): boolean =>
  alert.status === 'active' &&
  told === 'active' &&
  !acknowledged &&
  mutedUntil(alert, mutes, now) === undefined;
