import { describeWithHelm, type Manifest, MATRIX, objectsOf, ofKind } from './chart.js';

describeWithHelm('the end of a pod', () => {
  it.each(MATRIX)(
    '%s: Kubernetes waits longer than the pause, readiness off and the work in hand take together',
    (_, values) => {
      const objects = objectsOf('-f', values);
      const maps = new Map(
        ofKind(objects, 'ConfigMap').map(({ metadata, data }) => [metadata.name, data]),
      );
      for (const { metadata, spec } of ofKind(objects, 'Deployment')) {
        const { terminationGracePeriodSeconds, containers } = spec.template.spec;
        const env: Manifest = maps.get(metadata.name);
        // The toolbox has no work in hand.
        if (env === undefined) continue;
        const pause = containers[0].lifecycle?.preStop.sleep.seconds ?? 0;
        const own = (Number(env.SHUTDOWN_DELAY_MS) + Number(env.SHUTDOWN_GRACE_MS)) / 1000;
        expect([metadata.name, terminationGracePeriodSeconds]).toEqual([
          metadata.name,
          pause + own + 5,
        ]);
      }
    },
  );

  it('gives workers the time of a batch whose every database call takes until its deadline, a few times over', () => {
    const objects = objectsOf('-f', MATRIX.find(([name]) => name === 'minimal')![1]);
    for (const { data } of ofKind(objects, 'ConfigMap').filter((it) =>
      /worker$/.test(it.metadata.name),
    ))
      expect(Number(data.SHUTDOWN_GRACE_MS)).toBeGreaterThanOrEqual(
        8 * Number(data.MONGO_TIMEOUT_MS ?? 0),
      );
  });
});
