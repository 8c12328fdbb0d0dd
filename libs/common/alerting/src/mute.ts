import { selectorHolds, type Selector } from './selector.js';

/** For a time nobody is told of what a selector holds; the record of it goes on. */
export interface Mute {
  readonly selector: Selector;
  /** Name of a rule; absent: alerts of any. */
  readonly rule?: string;
  /** Epoch ms; from is in it, to is not. Null: until it is deleted. */
  readonly from: number;
  readonly to: number | null;
  readonly reason: string;
}

/** Whether a mute holds an alert at a time, epoch ms. */
export const muteHolds = (
  { selector, rule, from, to }: Mute,
  alert: { readonly deviceId: string; readonly sensor: string | null; readonly rule: string },
  at: number,
): boolean =>
  at >= from &&
  (to === null || at < to) &&
  (rule === undefined || rule === alert.rule) &&
  selectorHolds(selector, alert.deviceId, alert.sensor);
