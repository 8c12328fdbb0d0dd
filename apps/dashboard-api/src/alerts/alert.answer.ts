import type { AlertDocument } from '@iot/mongo';
import { ApiProperty } from '@nestjs/swagger';
import { isoTime } from '../lists/core/edge-times.js';
import { LATER } from '../lists/examples.js';
import { AlertRow } from './alert.row.js';
import { ALERTS } from './alerts.list.js';

/** What somebody said of an alert. */
export class AlertNote {
  @ApiProperty({ example: 'ada' }) by!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: LATER })
  at!: string | null;
  @ApiProperty({ example: 'the fan is stuck' }) text!: string;
}

/** An alert with what was said of it, the first note first. */
export class AlertAnswer {
  @ApiProperty({ type: AlertRow }) alert!: AlertRow;
  @ApiProperty({ type: [AlertNote] }) notes!: AlertNote[];
}

export const rowOf = (alert: AlertDocument): AlertRow =>
  ALERTS.rows(alert, undefined as never)[0]!.row;

export const alertAnswer = (alert: AlertDocument): AlertAnswer => ({
  alert: rowOf(alert),
  notes: (alert.notes ?? []).map(({ by, at, text }) => ({ by, at: isoTime(at), text })),
});
