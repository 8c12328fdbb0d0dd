import fc from 'fast-check';
import { HealthWatch } from './health-watch.js';

const OPTIONS = { everyMs: 5000, failures: 12, silentMs: 60_000 };

describe('HealthWatch', () => {
  it('gives up a process that has been silent for a minute, and not before', () => {
    const watch = new HealthWatch(OPTIONS, 0);
    const verdicts = Array.from({ length: 12 }, (_, i) => watch.hung(false, (i + 1) * 5000));
    expect(verdicts.indexOf(true)).toBe(11);
  });

  it('never gives up one that answers now and then, however slow the machine is', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ answered: fc.boolean(), wait: fc.integer({ min: 5000, max: 40_000 }) }),
        ),
        (asked) => {
          const watch = new HealthWatch(OPTIONS, 0);
          let now = 0;
          let silent = 0;
          for (const { answered, wait } of asked) {
            now += wait;
            silent = answered ? 0 : silent + 1;
            if (watch.hung(answered, now)) expect(silent).toBeGreaterThanOrEqual(OPTIONS.failures);
          }
        },
      ),
    );
  });

  it('begins anew when the machine slept', () => {
    const watch = new HealthWatch(OPTIONS, 0);
    for (let i = 1; i <= 11; i++) expect(watch.hung(false, i * 5000)).toBe(false);
    expect(watch.hung(false, 3_600_000)).toBe(false);
    expect(watch.hung(false, 3_605_000)).toBe(false);
  });
});
