import type { Selector } from './selector.js';

export type Severity = 'warning' | 'critical';

/** What all conditions on a number have. A second bound makes the same alert critical. */
interface Bounded {
  readonly bound: number;
  /** The alert ends when the number has come back to this; absent: to the bound. */
  readonly clear_at?: number;
  readonly critical?: number;
  /** Event time for which it must hold before the alert is raised; absent: none. */
  readonly for?: string;
  /** A pending alert begins anew after a longer time without readings; absent: as `for`. */
  readonly max_gap?: string;
}

export interface ThresholdCondition extends Bounded {
  readonly kind: 'above' | 'below';
}

export const DIRECTIONS = ['rising', 'falling', 'either'] as const;

/** Change per `per`, from a reading that is between one half of `over` and all of it older. */
export interface RateCondition extends Bounded {
  readonly kind: 'rate';
  readonly per: string;
  readonly over: string;
  /** Absent: rising. */
  readonly direction?: (typeof DIRECTIONS)[number];
}

export const AGGREGATES = ['avg', 'min', 'max', 'count'] as const;

/** A window that is over, aligned to the epoch as rollup rows are. */
export interface WindowCondition extends Bounded {
  readonly kind: 'window';
  readonly size: string;
  readonly aggregate: (typeof AGGREGATES)[number];
  readonly is: 'above' | 'below';
}

/** No reading for `span`; `critical` is a second, longer span. */
export interface SilentCondition {
  readonly kind: 'silent';
  readonly span: string;
  readonly critical?: string;
}

export type Condition = ThresholdCondition | RateCondition | WindowCondition | SilentCondition;

/** A rule as people write it. */
export interface Rule {
  readonly name: string;
  readonly enabled: boolean;
  readonly severity: Severity;
  /** With `{{device}}`, `{{sensor}}`, `{{value}}`, `{{bound}}`, `{{unit}}`; null: a built-in text. */
  readonly message: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly selector: Selector;
  readonly condition: Condition;
}

/** A rule as it was at some time: versions count from 1 and never change. */
export interface VersionedRule extends Rule {
  readonly version: number;
}
