import { randomUUID } from 'node:crypto';
import type { AuditDocument, Collection } from '@iot/mongo';

const DAY_MS = 86_400_000;
/** Most characters of each field. */
const LONGEST = 200;

/** What there are records of. */
export const AUDIT_ACTIONS = [
  'login',
  'logout',
  'refresh_reused',
  'password_change',
  'user_create',
  'user_change',
  'user_password',
  'user_remove',
  'token_create',
  'token_rotate',
  'token_revoke',
  'key_create',
  'key_rotate',
  'key_revoke',
  'group_create',
  'group_rotate',
  'group_revoke',
  'group_keys',
  'device_block',
  'device_unblock',
  'credentials_import',
  'logic_set',
  'logic_activate',
  'logic_delete',
  'dead_letters_redrive',
  'rule_create',
  'rule_change',
  'rule_delete',
  'mute_create',
  'mute_delete',
  'receiver_create',
  'receiver_change',
  'receiver_rotate',
  'receiver_delete',
  'route_create',
  'route_change',
  'route_delete',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** How it ended. `failed`: it was recorded first, and then not confirmed. */
export const AUDIT_OUTCOMES = ['ok', 'refused', 'failed'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** Who did something, and from where. */
export interface Actor {
  readonly kind: string;
  readonly id: string;
  /** An address, or the host on which a command ran. */
  readonly source: string;
}

export interface AuditEntry {
  readonly action: AuditAction;
  readonly outcome?: AuditOutcome;
  readonly target?: string;
  readonly detail?: string;
}

/** Who did what. What is written is never a secret: callers give names and ids, not what was typed. */
export class Audit {
  constructor(
    private readonly audit: Collection<AuditDocument>,
    private readonly retentionDays: number,
  ) {}

  async record(actor: Actor, entry: AuditEntry, now: Date): Promise<void> {
    const { action, outcome = 'ok', target = '', detail = '' } = entry;
    await this.audit.insertOne({
      _id: randomUUID(),
      at: now,
      action,
      outcome,
      actor_kind: actor.kind,
      actor: actor.id.slice(0, LONGEST),
      target: target.slice(0, LONGEST),
      source: actor.source.slice(0, LONGEST),
      detail: detail.slice(0, LONGEST),
      expire_at: new Date(now.getTime() + this.retentionDays * DAY_MS),
    });
  }
}
