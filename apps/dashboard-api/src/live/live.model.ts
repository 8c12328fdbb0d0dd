import { ApiProperty } from '@nestjs/swagger';
import { AlertRow } from '../alerts/alert.row.js';
import { DeviceRow } from '../devices/device.row.js';
import { EARLY, LATER } from '../lists/examples.js';

const integer = (example: number, description?: string) => ({
  type: 'integer' as const,
  example,
  ...(description && { description }),
});
const orNull = (type: string, example: unknown, description: string) =>
  ({ type, nullable: true, example, description }) as never;
const at = (description: string) => ({
  type: String,
  format: 'date-time',
  example: LATER,
  description,
});

/** How far a service is behind. */
export class LiveLag {
  @ApiProperty({ example: 'aggregator-worker' }) group!: string;
  @ApiProperty(integer(2, 'Members of the group that run')) members!: number;
  @ApiProperty(integer(120, 'Records that are not handled yet')) records!: number;
  @ApiProperty({ example: 3, description: 'How long ago the oldest of them was written' })
  seconds!: number;
  @ApiProperty({ example: false, description: 'It may be longer: nobody looked before' })
  at_least!: boolean;
}

/** How one part of the platform is. */
export class LiveService {
  @ApiProperty({ example: 'aggregator-worker' }) name!: string;
  @ApiProperty({ enum: ['up', 'degraded', 'down', 'unknown'] })
  state!: 'up' | 'degraded' | 'down' | 'unknown';
  @ApiProperty({ example: '2 of 2 pods are ready' }) detail!: string;
}

/** Alerts by severity. */
export class LiveCounts {
  @ApiProperty(integer(2)) warning!: number;
  @ApiProperty(integer(1)) critical!: number;
}

/** What the front page shows. */
export class LiveOverview {
  @ApiProperty(at('When the database was asked')) at!: string;
  @ApiProperty(orNull('number', 1999.8, 'Readings that came in each second; null: not known'))
  readings_per_second!: number | null;
  @ApiProperty(integer(50_270, 'Readings that the database holds')) readings_stored!: number;
  @ApiProperty(integer(120, 'Devices that ever sent a reading')) devices_known!: number;
  @ApiProperty(integer(118, 'Devices whose newest reading is of the last 15 minutes'))
  devices_reporting!: number;
  @ApiProperty({ type: LiveCounts, description: 'Active alerts' }) alerts!: LiveCounts;
  @ApiProperty(orNull('string', EARLY, 'When the newest reading arrived; null: there is none'))
  last_received!: string | null;
  @ApiProperty({ type: [LiveLag] }) lag!: readonly LiveLag[];
  @ApiProperty(orNull('integer', 3, 'Records that the dead-letter topic keeps; null: not known'))
  dead_letters!: number | null;
  @ApiProperty(orNull('string', null, 'Why Kafka does not answer; null: it does'))
  kafka_reason!: string | null;
  @ApiProperty({ type: [LiveService] }) services!: readonly LiveService[];
}

/** Alerts that came, changed, or are not active any more. */
export class LiveAlerts {
  @ApiProperty({ type: [AlertRow] }) changed!: readonly AlertRow[];
}

/** A sign of life. */
export class LiveBeat {
  @ApiProperty(at('The time of the server')) at!: string;
  @ApiProperty(orNull('string', null, 'Why nothing new is known; null: it is')) trouble!:
    string | null;
}

/** What a stream begins with. */
export class LiveSnapshot {
  @ApiProperty(at('The time of the server')) at!: string;
  @ApiProperty({ type: LiveOverview }) overview!: LiveOverview;
  @ApiProperty({ type: [AlertRow], description: 'The newest active alerts, 200 at most' })
  alerts!: readonly AlertRow[];
  @ApiProperty({
    type: 'array',
    items: { type: 'array', items: { type: 'number' } },
    description: 'Readings a second of the last minutes: epoch milliseconds and value',
    example: [[1769860800000, 1999.8]],
  })
  rates!: readonly (readonly [number, number])[];
}

export const LIVE_MODELS = [
  LiveSnapshot,
  LiveOverview,
  LiveAlerts,
  LiveBeat,
  LiveLag,
  LiveCounts,
  LiveService,
  DeviceRow,
  AlertRow,
];
