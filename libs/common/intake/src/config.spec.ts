import { ConfigError, loadConfig } from '@iot/config';
import { checkBuffer, intakeEnv, quotaOf } from './config.js';

const configOf = (env: Record<string, string>) => loadConfig(intakeEnv, env);

describe('the quota', () => {
  it('is none unless one is set', () => {
    expect(quotaOf(configOf({}))).toBeUndefined();
  });

  it('lets ten seconds of it come at once, where no burst is set', () => {
    const quota = quotaOf(configOf({ QUOTA_EVENTS_PER_SECOND: '2' }))!;
    for (let i = 0; i < 20; i++) expect(quota.take('d', 0)).toBe(0);
    expect(quota.take('d', 0)).toBe(1);
  });

  it('lets as many come at once as the burst says', () => {
    const quota = quotaOf(configOf({ QUOTA_EVENTS_PER_SECOND: '2', QUOTA_BURST: '1' }))!;
    expect([quota.take('d', 0), quota.take('d', 0)]).toEqual([0, 1]);
  });
});

it('the buffer must have room for two of the largest batches', () => {
  const of = (batch: string) =>
    configOf({ INGEST_BUFFER_BYTES: '2000000', MAX_BATCH_BYTES: batch });
  expect(() => checkBuffer(of('1000000'))).not.toThrow();
  expect(() => checkBuffer(of('1000001'))).toThrow(ConfigError);
});
