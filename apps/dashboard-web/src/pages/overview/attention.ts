import type { LiveOverview } from '../../api/schema.js';
import { count, duration } from '../../core/format.js';

/** Something that a person should look at, and where. */
export interface Matter {
  readonly grade: 'critical' | 'warning';
  readonly text: string;
  readonly to: '/ui/alerts' | '/ui/devices' | '/ui/platform' | '/ui/platform/dead-letters';
  readonly search?: Readonly<Record<string, string>>;
}

const LATE_S = 60;
const QUIET_MS = 5 * 60_000;

/** What needs attention, the gravest first. */
export function attention(overview: LiveOverview, now: number): Matter[] {
  const { alerts, services, lag, dead_letters, kafka_reason } = overview;
  const { devices_known, devices_reporting, last_received } = overview;
  const matters: (Matter | false)[] = [
    ...services.map(({ name, state, detail }): Matter | false => {
      if (state !== 'down' && state !== 'degraded') return false;
      const grade = state === 'down' ? 'critical' : 'warning';
      return { grade, text: `${name}: ${detail}`, to: '/ui/platform' };
    }),
    kafka_reason !== null && { grade: 'critical', text: kafka_reason, to: '/ui/platform' },
    alerts.critical > 0 && {
      grade: 'critical',
      text: `${count(alerts.critical)} critical ${plural('alert', alerts.critical)}`,
      to: '/ui/alerts',
      search: { severity: 'critical' },
    },
    last_received !== null &&
      now - Date.parse(last_received) > QUIET_MS && {
        grade: 'warning',
        text: `no reading for ${duration(now - Date.parse(last_received))}`,
        to: '/ui/devices',
      },
    ...lag.map(({ group, seconds, records, at_least }): Matter | false =>
      seconds < LATE_S
        ? false
        : {
            grade: 'warning',
            text: `${group} is ${at_least ? 'at least ' : ''}${duration(seconds * 1000)} behind (${count(records)} records)`,
            to: '/ui/platform',
          },
    ),
    devices_known > devices_reporting && {
      grade: 'warning',
      text: `${count(devices_known - devices_reporting)} ${plural('device', devices_known - devices_reporting)} silent for 15 min or longer`,
      to: '/ui/devices',
      search: { show: 'silent' },
    },
    (dead_letters ?? 0) > 0 && {
      grade: 'warning',
      text: `${count(dead_letters)} dead ${plural('letter', dead_letters!)}`,
      to: '/ui/platform/dead-letters',
    },
    alerts.warning > 0 && {
      grade: 'warning',
      text: `${count(alerts.warning)} ${plural('warning', alerts.warning)}`,
      to: '/ui/alerts',
      search: { severity: 'warning' },
    },
  ];
  const found = matters.filter((matter) => matter !== false);
  return found.toSorted((a, b) => Number(a.grade !== 'critical') - Number(b.grade !== 'critical'));
}

const plural = (word: string, of: number): string => (of === 1 ? word : `${word}s`);
