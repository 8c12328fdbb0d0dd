import { AUDIT_OUTCOMES, type AuditOutcome } from '@iot/accounts';
import type { AuditDocument } from '@iot/mongo';
import { EARLY } from '../lists/examples.js';
import { fieldsOf } from '../lists/row.js';

const { computed, field, time } = fieldsOf<AuditDocument>();

/** A record of the audit as served. */
export class AuditRow {
  @computed(({ _id }) => _id, { example: '7d7e9a0c-2f0a-4f6e-9d0b-0f6a5f1f2a3b' }) id!: string;
  @time(EARLY) at!: string | null;
  @field({ example: 'key_revoke' }) action!: string;
  @field({ enum: AUDIT_OUTCOMES }) outcome!: AuditOutcome;
  @field({ example: 'user', description: 'user, token, oidc, or command for telemetryctl' })
  actor_kind!: string;
  @field({ example: 'ada', description: 'A user, the id of a token, or who ran the command' })
  actor!: string;
  @field({ example: 'k3fK9sLq0Zx1', description: 'What it was done to' }) target!: string;
  @field({ example: '192.0.2.7', description: 'Address, or host of the command' }) source!: string;
  @field({ example: 'plant-7.*', description: 'What changed' }) detail!: string;
}
