import { AUDIT_ACTIONS, AUDIT_OUTCOMES, type AuditOutcome } from '@iot/accounts';
import type { AuditDocument } from '@iot/mongo';
import { ApiPropertyOptional, IntersectionType, PickType } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString } from 'class-validator';
import { equal, within } from '../lists/core/conditions.js';
import { listOf } from '../lists/list.js';
import { Parameters } from '../lists/parameters.js';
import { AuditRow } from './audit.row.js';

/** What records are chosen by. */
class AuditFilters {
  @ApiPropertyOptional({ description: 'Only what this user, token or command did.' })
  @IsOptional()
  @IsString({ message: 'actor must be given once' })
  actor?: string | undefined;

  @ApiPropertyOptional({ enum: AUDIT_ACTIONS, description: 'Only this action.' })
  @IsOptional()
  @IsIn(AUDIT_ACTIONS, { message: `action must be one of ${AUDIT_ACTIONS.join(', ')}` })
  action?: string | undefined;

  @ApiPropertyOptional({ description: 'Only what was done to this, by its name or id.' })
  @IsOptional()
  @IsString({ message: 'target must be given once' })
  target?: string | undefined;

  @ApiPropertyOptional({ enum: AUDIT_OUTCOMES, description: 'Only what ended so.' })
  @IsOptional()
  @IsIn(AUDIT_OUTCOMES, { message: `outcome must be one of ${AUDIT_OUTCOMES.join(', ')}` })
  outcome?: AuditOutcome | undefined;
}

/** Query of `/audit`. */
export class AuditQuery extends IntersectionType(
  PickType(Parameters, ['limit', 'cursor', 'from', 'to'] as const),
  AuditFilters,
) {}

export const AUDIT = listOf<AuditDocument, AuditRow, AuditQuery>({
  name: 'audit',
  collection: ({ audit }) => audit,
  stored: 'audit',
  orderBy: 'at',
  filter: (selection) => {
    const { actor, action, target, outcome } = selection.filters;
    return { ...equal({ actor, action, target, outcome }), ...within('at', selection) };
  },
  row: AuditRow,
});
