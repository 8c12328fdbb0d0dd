import { setTimeout as delay } from 'node:timers/promises';
import { lagSeconds, missingOf, verify } from './faults/account.js';
import { FAULTS } from './faults/faults.js';
import { Load } from './faults/load.js';
import { SERVICES, startPlatform, WORKERS } from './platform.js';

/**
 * FAULTS=full (npm run test:faults): every fault, often, at full load. Otherwise a few, shortly.
 */
const FULL = process.env['FAULTS'] === 'full';
const only = process.env['FAULT'];
const LOAD = FULL ? { eventsPerSecond: 2500, batch: 50 } : { eventsPerSecond: 400, batch: 20 };
const SETTLE_MS = FULL ? 10_000 : 3000;
const RECOVERY_LIMIT_S = 120;

const table: {
  fault: string;
  acknowledged: number;
  distinct: number;
  injected: number;
  missing: number;
  discrepancies: number;
  recovery_s: string;
  verify_s: string;
}[] = [];
const chosen = FAULTS.filter(({ name, short }) => (only ? name.includes(only) : FULL || short));

describe('under load, with duplicates, late and bad readings', () => {
  it.each(chosen.map((fault) => [fault.name, fault] as const))(
    '%s: nothing lost, nothing twice',
    async (name, fault) => {
      const only = FULL ? SERVICES : (['ingestion-api', ...WORKERS] as const);
      const platform = await startPlatform({}, { inMemory: !fault.durable, only });
      try {
        const load = Load.start(platform, LOAD);
        await delay(SETTLE_MS);
        const injected = await fault.inject(platform, FULL);
        const overAt = performance.now();
        while (
          (await lagSeconds(platform, LOAD.eventsPerSecond)) > 1 &&
          performance.now() - overAt < RECOVERY_LIMIT_S * 1000
        )
          await delay(100);
        const recovery = (performance.now() - overAt) / 1000;
        await delay(SETTLE_MS);
        await load.end();
        const { ids, count } = await load.acknowledged();
        const verifyAt = performance.now();
        const { code, report, text } = await verify(platform);
        const verifySeconds = (performance.now() - verifyAt) / 1000;
        const missing = await missingOf(platform, ids);
        table.push({
          fault: name,
          acknowledged: count,
          distinct: ids.size,
          injected,
          missing: missing.length,
          discrepancies: Number(report['discrepancies'] ?? NaN),
          recovery_s: recovery.toFixed(1),
          verify_s: verifySeconds.toFixed(1),
        });
        expect(missing.slice(0, 5)).toEqual([]);
        if (code !== 0) throw new Error(`verify found discrepancies:\n${text.slice(0, 4000)}`);
        expect(recovery).toBeLessThan(RECOVERY_LIMIT_S);
      } finally {
        await platform.stop();
      }
    },
    600_000,
  );

  afterAll(() => {
    console.table(table);
    console.log(
      `${table.reduce((sum, { acknowledged }) => sum + acknowledged, 0)} acknowledged events in all`,
    );
  });
});
