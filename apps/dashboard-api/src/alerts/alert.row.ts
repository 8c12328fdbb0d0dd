import type { AlertDocument, AlertType, Severity } from '@iot/mongo';
import { EARLY, LATER } from '../lists/examples.js';
import { fieldsOf } from '../lists/row.js';

const { computed, field, time } = fieldsOf<AlertDocument>();

/** An alert as served. */
export class AlertRow {
  @computed(({ _id }) => _id, { example: 'device-1|temperature_c|above_max|1769860800000' })
  id!: string;
  @field({ example: 'device-1' }) device_id!: string;
  @field({ example: 'temperature_c' }) sensor_type!: string;
  @field({ enum: ['above_max', 'below_min'] }) alert_type!: AlertType;
  @field({ enum: ['warning', 'critical'] }) severity!: Severity;
  @field({ enum: ['active', 'resolved'] }) status!: 'active' | 'resolved';
  @field({ example: 'temperature_c 55 is above 50' }) message!: string;
  @field({ example: 55, description: 'The first violating value' }) value!: number;
  @field({ example: 50 }) threshold!: number;
  @time(EARLY, 'Time of the first violating value') timestamp!: string | null;
  @field({ example: 7, type: 'integer', description: 'Violating readings since then' })
  occurrences!: number;
  @field({ example: 56.1 }) last_value!: number;
  @time(LATER) last_seen!: string | null;
  @time(null, 'Null while the alert is active') resolved_at!: string | null;
  @time(LATER, 'When the alert was raised') created_at!: string | null;
}
