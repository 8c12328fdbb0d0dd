import { createSecretKey, type KeyObject } from 'node:crypto';
import { unseal } from './group-secret.js';
import { KeyTable, type StoredKey } from './key-table.js';
import { decodeCredential, revokedIdOf, type GroupRecord } from './record.js';

/** A group as it is in force. `secrets` is undefined when CREDENTIALS_SECRET does not open it. */
export interface Group {
  readonly scope: string;
  /** Epoch ms. */
  readonly expires_at: number | undefined;
  readonly secrets:
    readonly { readonly secret: KeyObject; readonly expires_at: number | undefined }[] | undefined;
}

/** What became of a record. */
export type Applied = 'set' | 'deleted' | 'revoked' | 'unreadable' | 'sealed_otherwise';

const KEY_ID = /^k[0-9A-Za-z]{11}$/;
const GROUP_ID = /^g[0-9A-Za-z]{11}$/;

/**
 * All keys and groups: the newest record of each in topic `telemetry.credentials`. A record that
 * cannot be understood takes its key out of force, as it may say that the key is revoked.
 */
export class Credentials {
  readonly keys = new KeyTable();
  private readonly groups = new Map<string, Group>();
  private readonly blocked = new Set<string>();
  private readonly revokedGroups = new Set<string>();

  /** @param credentialsSecret opens the secrets of groups; undefined: none can be opened */
  constructor(private readonly credentialsSecret: string | undefined) {}

  get groupCount(): number {
    return this.groups.size;
  }

  get blockedCount(): number {
    return this.blocked.size;
  }

  /** Applies a record of the topic. @param value null: the credential is gone */
  apply(id: string, value: Uint8Array | null): Applied {
    const revoked = revokedIdOf(id);
    if (revoked !== undefined) return value === null ? 'unreadable' : this.revoke(revoked);
    const record = value === null ? undefined : decodeCredential(value);
    const gone = value === null ? 'deleted' : 'unreadable';
    if (KEY_ID.test(id)) {
      const isKey = record?.kind === 'key';
      const changed = isKey ? this.keys.set(id, record) : this.keys.delete(id);
      return !changed ? 'revoked' : isKey ? 'set' : gone;
    }
    if (GROUP_ID.test(id)) {
      if (this.revokedGroups.has(id)) return 'revoked';
      this.groups.delete(id);
      if (record?.kind !== 'group') return gone;
      const group = this.open(id, record);
      this.groups.set(id, group);
      return group.secrets ? 'set' : 'sealed_otherwise';
    }
    if (!GROUP_ID.test(id.slice(0, 12)) || id[12] !== '/') return 'unreadable';
    if (value === null) this.blocked.delete(id);
    else this.blocked.add(id);
    return value !== null && record?.kind !== 'block' ? 'unreadable' : value ? 'set' : 'deleted';
  }

  key(id: string): StoredKey | undefined {
    return this.keys.get(id);
  }

  group(id: string): Group | undefined {
    return this.groups.get(id);
  }

  isBlocked(group: string, deviceId: string): boolean {
    return this.blocked.size > 0 && this.blocked.has(`${group}/${deviceId}`);
  }

  private revoke(id: string): Applied {
    if (KEY_ID.test(id)) this.keys.revoke(id);
    else if (GROUP_ID.test(id)) {
      this.groups.delete(id);
      this.revokedGroups.add(id);
    } else return 'unreadable';
    return 'revoked';
  }

  private open(id: string, { scope, expires_at, secrets }: GroupRecord): Group {
    const opened = secrets.flatMap(({ sealed, expires_at: ends }) => {
      const secret = this.credentialsSecret && unseal(sealed, id, this.credentialsSecret);
      return secret ? [{ secret: createSecretKey(secret), expires_at: ends }] : [];
    });
    return { scope, expires_at, secrets: opened.length === 0 ? undefined : opened };
  }
}
