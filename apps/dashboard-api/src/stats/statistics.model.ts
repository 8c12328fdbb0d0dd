import { ApiProperty } from '@nestjs/swagger';
import { EARLY, LATER } from '../lists/examples.js';

const counted = {
  type: 'object',
  properties: { count: { type: 'integer' } },
  example: { count: 50270 },
} as const;
const time = { type: ['string', 'null'] as never, format: 'date-time' };

/**
 * Numbers for the front page of a dashboard. Counts are the database's own estimates: exact but
 * after an unclean shutdown.
 */
export class Statistics {
  @ApiProperty(counted) readonly telemetry!: { readonly count: number };
  @ApiProperty(counted) readonly aggregated!: { readonly count: number };
  @ApiProperty(counted) readonly devices!: { readonly count: number };
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { count: 12, active: { warning: 2, critical: 1, total: 3 } },
  })
  readonly alerts!: {
    readonly count: number;
    readonly active: {
      readonly warning: number;
      readonly critical: number;
      readonly total: number;
    };
  };
  @ApiProperty({
    type: 'object',
    nullable: true,
    properties: { device_id: { type: 'string' }, ts: time, received_at: time },
    description: 'The newest reading by its own time; null while there is none',
    example: { device_id: 'device-1', ts: EARLY, received_at: LATER },
  })
  readonly last_reading!: {
    readonly device_id: string;
    readonly ts: string | null;
    readonly received_at: string | null;
  } | null;
}
