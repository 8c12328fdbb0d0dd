import { changeOf, type AlertEvent } from '@iot/alerting';
import type { ToldAlert } from '@iot/mongo';

/** What an event says of an alert. */
export interface Told {
  readonly alert: ToldAlert;
  /** Somebody has it. That is no version of the alert, so it counts beside it. */
  readonly acknowledged: boolean;
}

/** Texts of an alert are bounded here, as each is told many times. */
const LONGEST_TEXT = 1000;
const MOST_LABELS = 32;

const cut = (text: string, length = LONGEST_TEXT): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;

export function toldAlert(event: AlertEvent): Told {
  const { data } = event;
  const labels = Object.entries(data.labels).slice(0, MOST_LABELS);
  return {
    acknowledged: changeOf(event) === 'acknowledged' || data.acknowledgement !== null,
    alert: {
      id: data.alert_id,
      version: data.version,
      status: data.status === 'resolved' ? 'resolved' : 'active',
      severity: data.severity,
      device_id: data.device_id,
      sensor_type: data.sensor_type,
      rule: data.rule,
      message: cut(data.message),
      labels: Object.fromEntries(labels.map(([name, value]) => [cut(name, 128), cut(value, 256)])),
      value: data.value,
      last_value: data.last_value,
      threshold: data.threshold,
      started_at: data.timestamp,
      resolved_at: data.resolved_at,
    },
  };
}
