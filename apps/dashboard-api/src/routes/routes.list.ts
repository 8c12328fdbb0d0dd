import type { RouteDocument } from '@iot/mongo';
import { PickType } from '@nestjs/swagger';
import { within } from '../lists/core/conditions.js';
import { listOf } from '../lists/list.js';
import { Parameters } from '../lists/parameters.js';
import { RouteRow } from './route.row.js';

/** Query of `/routes`; the times are when a route was made. */
export class RoutesQuery extends PickType(Parameters, ['limit', 'cursor', 'from', 'to'] as const) {}

export const ROUTES = listOf<RouteDocument, RouteRow, RoutesQuery>({
  name: 'routes',
  collection: ({ routes }) => routes,
  stored: 'routes',
  orderBy: 'created_at',
  filter: (selection) => within('created_at', selection),
  row: RouteRow,
});
