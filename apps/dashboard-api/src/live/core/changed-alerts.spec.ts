import fc from 'fast-check';
import { changedAlerts } from './changed-alerts.js';

it('what changed makes what was into what is', () => {
  const alerts = fc.uniqueArray(
    fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), value: fc.nat(2) }),
    { selector: ({ id }) => id },
  );
  fc.assert(
    fc.property(alerts, alerts, (was, is) => {
      const { known } = changedAlerts(new Map(), was);
      const { changed, gone } = changedAlerts(known, is);
      const rebuilt = new Map<string, { id: string; value: number }>(
        was.map((alert) => [alert.id, alert]),
      );
      for (const id of gone) rebuilt.delete(id);
      for (const alert of changed) rebuilt.set(alert.id, alert);
      expect(new Set(rebuilt.values())).toEqual(new Set(is));
      expect(
        changed.every((alert) => !was.some((it) => JSON.stringify(it) === JSON.stringify(alert))),
      ).toBe(true);
    }),
  );
});
