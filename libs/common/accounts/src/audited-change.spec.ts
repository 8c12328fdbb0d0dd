import type { AuditEntry } from './audit.js';
import { auditedChange } from './audited-change.js';

/** Runs a change, and tells in which order what happened. */
async function order(
  action: AuditEntry['action'],
  fails: { record?: boolean; change?: boolean } = {},
): Promise<string[]> {
  const told: string[] = [];
  const change = async (before: (made: { target: string }) => Promise<void>) => {
    await before({ target: 'k1' });
    if (fails.change) throw new Error('Kafka is away');
    told.push('changed');
    return { target: 'k1' };
  };
  const record = (entry: AuditEntry): Promise<void> => {
    if (fails.record) return Promise.reject(new Error('MongoDB is away'));
    told.push(`${entry.action} ${entry.target} ${entry.outcome ?? 'ok'}`);
    return Promise.resolve();
  };
  const missing = () => void told.push('no record');
  try {
    await auditedChange({ entry: { action }, record, missing, change });
  } catch (error) {
    told.push((error as Error).message);
  }
  return told;
}

it('records what gives a right before it is given', async () => {
  expect(await order('key_create')).toEqual(['key_create k1 ok', 'changed']);
});

it('gives no right of which there is no record', async () => {
  expect(await order('key_rotate', { record: true })).toEqual(['MongoDB is away']);
});

it('records that a change was not confirmed', async () => {
  expect(await order('group_create', { change: true })).toEqual([
    'group_create k1 ok',
    'group_create k1 failed',
    'Kafka is away',
  ]);
});

it('takes a right away first, also where that cannot be recorded', async () => {
  expect(await order('key_revoke')).toEqual(['changed', 'key_revoke k1 ok']);
  expect(await order('group_revoke', { record: true })).toEqual(['changed', 'no record']);
  expect(await order('device_block', { change: true })).toEqual(['Kafka is away']);
});
