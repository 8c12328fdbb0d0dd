import type { NotificationDocument, ToldAlert } from '@iot/mongo';

/** Body of a webhook after Standard Webhooks: the same bytes each time it is sent. */
export function standardBody(notification: NotificationDocument): string {
  const { _id, receiver, route, reason, labels, alerts, more, created_at } = notification;
  return JSON.stringify({
    type: reason === 'test' ? 'alerts.test' : 'alerts.changed',
    timestamp: created_at.toISOString(),
    data: {
      id: _id,
      receiver,
      route,
      reason,
      status: statusOf(notification),
      group: labels,
      alerts: alerts.map(({ change, alert }) => ({ change, ...alert })),
      more,
    },
  });
}

const statusOf = ({ alerts }: NotificationDocument): 'firing' | 'resolved' =>
  alerts.some(({ alert }) => alert.status === 'active') ? 'firing' : 'resolved';

const ZERO_TIME = '0001-01-01T00:00:00Z';

/** Body of a webhook as Prometheus's Alertmanager writes it, version 4. */
export function alertmanagerBody(notification: NotificationDocument): string {
  const alerts = notification.alerts.map(({ alert }) => ({
    status: alert.status === 'active' ? 'firing' : 'resolved',
    labels: labelsOf(alert),
    annotations: { summary: alert.message, description: alert.message },
    startsAt: alert.started_at,
    endsAt: alert.resolved_at ?? ZERO_TIME,
    generatorURL: '',
    fingerprint: fingerprint(alert.id),
  }));
  return JSON.stringify({
    version: '4',
    groupKey: `${notification.route ?? ''}:${JSON.stringify(notification.labels)}`,
    truncatedAlerts: notification.more,
    status: statusOf(notification),
    receiver: notification.receiver,
    groupLabels: notification.labels,
    commonLabels: common(alerts.map(({ labels }) => labels)),
    commonAnnotations: common(alerts.map(({ annotations }) => annotations)),
    externalURL: '',
    alerts,
  });
}

const labelsOf = (alert: ToldAlert): Record<string, string> => ({
  ...alert.labels,
  alertname: alert.rule,
  severity: alert.severity,
  device_id: alert.device_id,
  ...(alert.sensor_type !== null && { sensor_type: alert.sensor_type }),
});

/** What all have alike. */
function common(maps: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const [first = {}, ...rest] = maps;
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => rest.every((map) => map[name] === value)),
  );
}

/** FNV-1a of 64 bits, as Alertmanager's: 16 hexadecimal digits. */
function fingerprint(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text))
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}
