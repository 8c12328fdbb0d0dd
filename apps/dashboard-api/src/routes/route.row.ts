import type { ConfiguredBy, RouteDocument, RouteMatch } from '@iot/mongo';
import { EARLY, LATER } from '../lists/examples.js';
import { fieldsOf } from '../lists/row.js';

const { computed, field, time } = fieldsOf<RouteDocument>();

/** A route as served. */
export class RouteRow {
  @computed(({ _id }) => _id, { example: 'presses-to-pager' }) name!: string;
  @field({ example: true }) enabled!: boolean;
  @field({ example: 'pager' }) receiver!: string;
  @computed(
    ({ match }) => match,
    {
      type: 'object',
      description: 'What an alert must be; a part that is absent takes all',
      additionalProperties: true,
      example: { selector: { device: 'plant-7.*' }, severity: ['critical'] },
    },
    () => [{ name: 'match', cell: (row) => JSON.stringify((row as unknown as RouteRow).match) }],
  )
  match!: RouteMatch;
  @field({ type: [String], example: ['rule'] }) group_by!: string[];
  @field({ type: 'integer', example: 10 }) group_wait_s!: number;
  @field({ type: 'integer', example: 60 }) group_interval_s!: number;
  @field({ type: 'integer', example: 0, description: '0: never' }) repeat_interval_s!: number;
  @field({ example: true }) send_resolved!: boolean;
  @field({ enum: ['api', 'file'] }) source!: ConfiguredBy;
  @field({ type: 'integer', example: 1 }) version!: number;
  @time(EARLY) created_at!: string | null;
  @time(LATER) updated_at!: string | null;
}
