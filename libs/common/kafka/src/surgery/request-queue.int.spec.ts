import { pino } from 'pino';
import { kafkaEnv, loadConfig } from '@iot/config';
import { createKafka } from '../client.js';

it('an idle connection arms no timer over and over', async () => {
  const warnings: string[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning.name);
  process.on('warning', onWarning);
  const kafka = createKafka(
    loadConfig(kafkaEnv, { KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'] }),
    'idle',
    pino({ level: 'silent' }),
  );
  const admin = kafka.admin();
  await admin.connect();
  await admin.listTopics();
  const real = globalThis.setTimeout;
  let armed = 0;
  globalThis.setTimeout = ((...args: Parameters<typeof real>) => {
    armed++;
    return real(...args);
  }) as typeof real;
  await new Promise((resolve) => real(resolve, 500));
  globalThis.setTimeout = real;
  await admin.listTopics();
  await admin.disconnect();
  process.off('warning', onWarning);
  // kafkajs as it comes arms one each millisecond.
  expect(armed).toBeLessThan(20);
  expect(warnings).not.toContain('TimeoutNegativeWarning');
});
