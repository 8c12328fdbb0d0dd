import type { AlertDocument, AlertStatus, AlertType, Severity } from '@iot/mongo';
import { isoTime } from '../lists/core/edge-times.js';
import { EARLY, LATER } from '../lists/examples.js';
import { fieldsOf } from '../lists/row.js';

const { computed, field, time } = fieldsOf<AlertDocument>();

/** The status of an alert as people see it. */
export type ShownStatus = AlertStatus | 'acknowledged';

const shownStatus = ({ status, acknowledgement }: AlertDocument): ShownStatus =>
  status === 'active' && acknowledgement ? 'acknowledged' : status;

/** An alert as served. */
export class AlertRow {
  @computed(({ _id }) => _id, { example: 'device-1|temperature_c|above_max|1769860800000' })
  id!: string;
  @field({ example: 'device-1' }) device_id!: string;
  @field({
    example: 'temperature_c',
    type: String,
    nullable: true,
    description: 'Null: it is about the device',
  })
  sensor_type!: string | null;
  @field({
    enum: ['above_max', 'below_min', 'above', 'below', 'rate', 'window', 'silent'],
    description: 'Of thresholds, then of rules: the kind of their condition',
  })
  alert_type!: AlertType;
  @computed((alert) => alert.rule ?? `${alert.sensor_type}.${alert.alert_type}`, {
    example: 'temperature_c.above_max',
    description: 'Name of the rule',
  })
  rule!: string;
  @computed(({ rule_version }) => rule_version ?? 0, {
    example: 0,
    type: 'integer',
    description:
      'Version of the rule when the alert began; 0: of the thresholds in the environment',
  })
  rule_version!: number;
  @field({ enum: ['warning', 'critical'] }) severity!: Severity;
  @computed(shownStatus, {
    enum: ['pending', 'active', 'acknowledged', 'resolved', 'lapsed'],
    description:
      'pending: it has not held for as long as the rule wants; lapsed: it was pending, and is over',
  })
  status!: ShownStatus;
  @field({ example: 'temperature_c 55 is above 50' }) message!: string;
  @field({ example: 55, description: 'The first violating value' }) value!: number;
  @field({ example: 50 }) threshold!: number;
  @time(EARLY, 'Time of the first violating value') timestamp!: string | null;
  @field({ example: 7, type: 'integer', description: 'Violating readings since then' })
  occurrences!: number;
  @field({ example: 56.1 }) last_value!: number;
  @time(LATER) last_seen!: string | null;
  @time(null, 'Null while the alert is active') resolved_at!: string | null;
  @computed(({ resolved_reason }) => resolved_reason ?? null, {
    type: String,
    nullable: true,
    description: 'Null: by a reading; otherwise what became of the rule',
  })
  resolved_reason!: string | null;
  @time(LATER, 'When the alert was raised') created_at!: string | null;
  @computed(({ raises_last_hour }) => raises_last_hour ?? 1, {
    type: 'integer',
    example: 1,
    description:
      'How often the rule raised one of the device in the hour before, this one included',
  })
  raises_last_hour!: number;
  @computed(({ acknowledgement }) => acknowledgement?.by ?? null, { type: String, nullable: true })
  acknowledged_by!: string | null;
  @computed(({ acknowledgement }) => (acknowledgement ? isoTime(acknowledgement.at) : null), {
    type: String,
    format: 'date-time',
    nullable: true,
  })
  acknowledged_at!: string | null;
  @computed(({ acknowledgement }) => acknowledgement?.note ?? null, {
    type: String,
    nullable: true,
    description: 'What was said when it was acknowledged',
  })
  acknowledgement_note!: string | null;
}
