import { selectorHolds } from '@iot/alerting';
import type { RouteDocument, RouteMatch, ToldAlert } from '@iot/mongo';

/** Where an alert is put: `key` is text that is the same for alerts that are told together. */
export interface Target {
  readonly route: RouteDocument;
  readonly key: string;
  readonly labels: Readonly<Record<string, string>>;
}

const LABEL = 'label:';

/** The routes that take an alert, each with the group in it. Every route that matches counts. */
export function targetsOf(alert: ToldAlert, routes: readonly RouteDocument[]): Target[] {
  return routes
    .filter((route) => route.enabled && takes(route.match, alert))
    .map((route) => targetOf(alert, route));
}

function targetOf(alert: ToldAlert, route: RouteDocument): Target {
  const labels = Object.fromEntries(
    route.group_by.map((name): [string, string] => [name, valueOf(alert, name)]),
  );
  const parts = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return { route, labels, key: JSON.stringify([route._id, route.receiver, parts]) };
}

function valueOf(alert: ToldAlert, name: string): string {
  if (name.startsWith(LABEL)) return alert.labels[name.slice(LABEL.length)] ?? '';
  return alert[name as 'device_id' | 'sensor_type' | 'rule' | 'severity'] ?? '';
}

export function takes({ selector, rule, severity, labels = {} }: RouteMatch, alert: ToldAlert) {
  return (
    selectorHolds(selector, alert.device_id, alert.sensor_type) &&
    (rule === undefined || rule === alert.rule) &&
    (severity === undefined || severity.includes(alert.severity)) &&
    Object.entries(labels).every(([name, value]) => alert.labels[name] === value)
  );
}
