import type { NotificationDocument, ToldAlert } from '@iot/mongo';

/** The parts of an e-mail that depend on the notification. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const LONGEST_SUBJECT = 150;

const HEADINGS = { new: 'New', resolved: 'Resolved', active: 'Still active' } as const;
type Change = keyof typeof HEADINGS;

export function mailOf(notification: NotificationDocument): Mail {
  const { alerts, more, reason } = notification;
  const sections = (Object.keys(HEADINGS) as Change[]).flatMap((change) => {
    const some = alerts.filter((entry) => entry.change === change).map(({ alert }) => alert);
    return some.length > 0 ? [{ heading: HEADINGS[change], alerts: some }] : [];
  });
  const rest = more > 0 ? 'There are more active alerts in this group.' : '';
  const foot = `Notification ${notification._id}${
    notification.route === null ? '' : `, by the route ${notification.route}`
  }.`;
  const test = reason === 'test' ? 'This is a test. Nobody has to do anything.' : '';
  return {
    subject: oneLine(`[${status(notification)}] ${title(notification)}`, LONGEST_SUBJECT),
    text: [
      test,
      ...sections.map(({ heading, alerts: some }) =>
        [`${heading} (${some.length})`, ...some.map((alert) => `- ${line(alert)}`)].join('\n'),
      ),
      rest,
      foot,
    ]
      .filter(Boolean)
      .join('\n\n'),
    html: page(
      [
        test && `<p>${escaped(test)}</p>`,
        ...sections.map(({ heading, alerts: some }) => table(`${heading} (${some.length})`, some)),
        rest && `<p>${escaped(rest)}</p>`,
        `<p style="color:#666;font-size:12px">${escaped(foot)}</p>`,
      ].join(''),
    ),
  };
}

function status({ alerts, reason }: NotificationDocument): string {
  if (reason === 'test') return 'TEST';
  const firing = alerts.filter(({ alert }) => alert.status === 'active');
  if (firing.length === 0) return 'RESOLVED';
  const critical = firing.some(({ alert }) => alert.severity === 'critical');
  return `${critical ? 'CRITICAL' : 'WARNING'} ${firing.length}`;
}

function title({ alerts, labels, reason }: NotificationDocument): string {
  if (alerts.length === 1) return alerts[0]!.alert.message;
  if (reason === 'test') return 'Test notification';
  const group = Object.entries(labels)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name.replace(/^label:/, '')}=${value}`);
  return group.join(' ') || `${alerts.length} alerts`;
}

const line = (alert: ToldAlert): string =>
  [
    oneLine(alert.message, 1000),
    `  ${alert.severity}, device ${alert.device_id}, rule ${oneLine(alert.rule, 200)}`,
    `  since ${alert.started_at}${
      alert.resolved_at === null ? '' : `, resolved ${alert.resolved_at}`
    }`,
  ].join('\n');

const CELL = 'style="padding:4px 8px;border-bottom:1px solid #ddd;text-align:left"';

function table(heading: string, alerts: readonly ToldAlert[]): string {
  const cells = (tag: string, texts: readonly string[]): string =>
    `<tr>${texts.map((text) => `<${tag} ${CELL}>${escaped(text)}</${tag}>`).join('')}</tr>`;
  const head = cells('th', ['Severity', 'Device', 'Alert', 'Rule', 'Since', 'Resolved']);
  const rows = alerts.map((alert) =>
    cells('td', [
      alert.severity,
      alert.device_id,
      alert.message,
      alert.rule,
      alert.started_at,
      alert.resolved_at ?? '',
    ]),
  );
  return `<h3>${escaped(heading)}</h3><table style="border-collapse:collapse">${head}${rows.join('')}</table>`;
}

const page = (body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"></head><body style="font-family:sans-serif">${body}</body></html>`;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);

/** Without line ends and other control characters, which a header must not have. */
function oneLine(text: string, longest: number): string {
  const plain = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  const characters = Array.from(plain);
  return characters.length <= longest ? plain : `${characters.slice(0, longest - 1).join('')}…`;
}
