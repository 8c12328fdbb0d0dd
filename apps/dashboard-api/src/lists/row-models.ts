import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import type { Overview } from '../overview/core/overview.js';
import type { AggregateRow, AlertRow, DeviceRow, SensorRow, TelemetryRow } from './core/rows.js';
import type { Statistics } from '../stats/statistics.js';

/** Null where a document holds a date that is no time: another writer may store any number. */
const time = (example: string, description?: string) => ({
  type: 'string' as const,
  format: 'date-time',
  nullable: true,
  example,
  ...(description && { description }),
});
const EARLY = '2026-01-31T12:00:00.000Z';
const LATER = '2026-01-31T12:00:03.120Z';

// The rows of core/rows.ts once more, for the OpenAPI document only; the compiler keeps the two in
// step.

@ApiSchema({
  name: 'TelemetryRow',
  description: 'A reading. Values of other sensors of the catalogue stand beside those shown.',
} as never)
export class TelemetryRowModel implements TelemetryRow {
  [sensor: string]: string | number | null | undefined;
  @ApiProperty({ example: 'e-42' }) event_id!: string;
  @ApiProperty({ example: 'device-1' }) device_id!: string;
  @ApiProperty(time(EARLY, 'When it was measured')) ts!: string | null;
  @ApiProperty(time(LATER, 'When it arrived')) received_at!: string | null;
  @ApiPropertyOptional({ type: Number, example: 21.5 }) temperature_c?: number;
  @ApiPropertyOptional({ type: Number, example: 40.2 }) humidity?: number;
  @ApiPropertyOptional({ type: Number, example: 229.8 }) voltage?: number;
  @ApiPropertyOptional({ type: Number, example: 1.25 }) current?: number;
  @ApiPropertyOptional({ type: Number, example: 1013.2 }) pressure?: number;
  @ApiPropertyOptional({ type: Number, example: 52.52 }) lat?: number;
  @ApiPropertyOptional({ type: Number, example: 13.4 }) lon?: number;
}

@ApiSchema({ name: 'AggregateRow' })
export class AggregateRowModel implements AggregateRow {
  @ApiProperty({ example: 'device-1' }) device_id!: string;
  @ApiProperty({ example: 'temperature_c' }) sensor_type!: string;
  @ApiProperty({ example: '1m' }) window!: string;
  @ApiProperty(time(EARLY, 'Start of the window, which ends before the next one starts'))
  timestamp!: string | null;
  @ApiProperty({ example: 60, type: 'integer' }) count!: number;
  @ApiProperty({ example: 1290 }) sum!: number;
  @ApiProperty({ example: 21.1 }) min!: number;
  @ApiProperty({ example: 21.9 }) max!: number;
  @ApiProperty({ example: 21.5 }) average!: number;
  @ApiProperty({ example: 3, type: 'integer', description: 'Grows with every change of the row' })
  version!: number;
  @ApiProperty(time(LATER)) updated_at!: string | null;
}

@ApiSchema({ name: 'AlertRow' })
export class AlertRowModel implements AlertRow {
  @ApiProperty({ example: 'device-1|temperature_c|above_max|1769860800000' }) id!: string;
  @ApiProperty({ example: 'device-1' }) device_id!: string;
  @ApiProperty({ example: 'temperature_c' }) sensor_type!: string;
  @ApiProperty({ enum: ['above_max', 'below_min'] }) alert_type!: AlertRow['alert_type'];
  @ApiProperty({ enum: ['warning', 'critical'] }) severity!: AlertRow['severity'];
  @ApiProperty({ enum: ['active', 'resolved'] }) status!: AlertRow['status'];
  @ApiProperty({ example: 'temperature_c 55 is above 50' }) message!: string;
  @ApiProperty({ example: 55, description: 'The first violating value' }) value!: number;
  @ApiProperty({ example: 50 }) threshold!: number;
  @ApiProperty(time(EARLY, 'Time of the first violating value')) timestamp!: string | null;
  @ApiProperty({ example: 7, type: 'integer', description: 'Violating readings since then' })
  occurrences!: number;
  @ApiProperty({ example: 56.1 }) last_value!: number;
  @ApiProperty(time(LATER)) last_seen!: string | null;
  @ApiProperty({
    type: 'string',
    nullable: true,
    format: 'date-time',
    example: null,
    description: 'Null while the alert is active',
  } as never)
  resolved_at!: string | null;
  @ApiProperty(time(LATER, 'When the alert was raised')) created_at!: string | null;
}

@ApiSchema({ name: 'DeviceRow' })
export class DeviceRowModel implements DeviceRow {
  @ApiProperty({ example: 'device-1' }) device_id!: string;
  @ApiProperty(time(EARLY)) first_seen!: string | null;
  @ApiProperty(time(LATER)) last_seen!: string | null;
  @ApiProperty({
    type: 'object',
    description: 'Latest value of each sensor, and its time',
    additionalProperties: {
      type: 'object',
      properties: { value: { type: 'number' }, ts: { type: 'string', format: 'date-time' } },
    },
    example: { temperature_c: { value: 21.5, ts: LATER } },
  })
  latest!: DeviceRow['latest'];
}

@ApiSchema({ name: 'SensorRow' })
export class SensorRowModel implements SensorRow {
  @ApiProperty({ example: 'device-1' }) device_id!: string;
  @ApiProperty({ example: 'temperature_c' }) sensor_type!: string;
  @ApiProperty({ example: 21.5 }) value!: number;
  @ApiProperty(time(EARLY)) ts!: string | null;
}

const counted = {
  type: 'object',
  properties: { count: { type: 'integer' } },
  example: { count: 50270 },
} as const;

@ApiSchema({ name: 'Statistics' })
export class StatisticsModel implements Statistics {
  @ApiProperty(counted) telemetry!: Statistics['telemetry'];
  @ApiProperty(counted) aggregated!: Statistics['aggregated'];
  @ApiProperty(counted) devices!: Statistics['devices'];
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { count: 12, active: { warning: 2, critical: 1, total: 3 } },
  })
  alerts!: Statistics['alerts'];
  @ApiProperty({
    type: 'object',
    nullable: true,
    properties: {
      device_id: { type: 'string' },
      ts: { type: 'string', format: 'date-time' },
      received_at: { type: 'string', format: 'date-time' },
    },
    description: 'The newest reading by its own time; null while there is none',
    example: { device_id: 'device-1', ts: EARLY, received_at: LATER },
  })
  last_reading!: Statistics['last_reading'];
}

@ApiSchema({ name: 'Overview' })
export class OverviewModel implements Overview {
  @ApiProperty({ example: 'IoT telemetry dashboard API' }) name!: string;
  @ApiProperty({ example: '0.1.0' }) version!: string;
  @ApiProperty({ example: 'Lists have the newest first.' }) about!: string;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { '/telemetry': 'readings of all devices' },
  })
  endpoints!: Overview['endpoints'];
}
