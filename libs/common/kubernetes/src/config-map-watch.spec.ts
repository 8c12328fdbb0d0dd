import { jest } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import {
  Cluster,
  ConfigMapEvents,
  ConfigMapWatch,
  type ConfigMapState,
  type KubernetesFailure,
} from './index.js';
import { FakeApiServer } from './testing/index.js';

const FAST = { backoff: { firstMs: 10, maxMs: 100 }, silenceMs: 60_000 };

// The first call loads the client.
jest.setTimeout(60_000);

let server: FakeApiServer;
let lines: { level: number; msg: string; error?: string }[];
let seen: (string | undefined)[];
let states: ('up' | KubernetesFailure['kind'])[];
let watch: ConfigMapWatch;

const clusterOf = () => new Cluster({ namespace: 'iot', kubeconfig: server.kubeconfig() });
const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as never) });

function startWatch(timing = FAST): void {
  const changed = (state: ConfigMapState | undefined) => void seen.push(state?.data['MAX']);
  const watching = (failure: KubernetesFailure | undefined) => {
    const state = failure?.kind ?? 'up';
    if (states.at(-1) !== state) states.push(state);
  };
  watch = new ConfigMapWatch(clusterOf(), 'limits', { changed, watching }, log, timing);
  watch.start();
}

async function eventually(check: () => void): Promise<void> {
  for (const end = Date.now() + 20_000; ; await delay(10))
    try {
      return check();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
}
const watched = () => eventually(() => expect(server.watching).toBe(1));

beforeEach(async () => {
  server = new FakeApiServer();
  [lines, seen, states] = [[], [], []];
  await server.start();
  server.setConfigMap('limits', { MAX: '1' });
});
afterEach(async () => {
  await watch.stop();
  await server.stop();
});

describe('ConfigMapWatch', () => {
  it('tells of the contents at the start and of each change, not of labels and bookmarks', async () => {
    startWatch();
    await watched();
    server.setConfigMap('other', { MAX: '0' });
    server.setConfigMap('limits', { MAX: '2' });
    server.setConfigMap('limits', { MAX: '2' }, { labels: { a: 'b' } });
    server.bookmark();
    server.setConfigMap('limits', { MAX: '3' });
    await eventually(() => expect(seen).toEqual(['1', '2', '3']));
    expect(states).toEqual(['up']);
    expect(lines).toEqual([]);
    expect(server.requests).toEqual(['GET configmaps', 'WATCH configmaps']);
  });

  it('tells of a ConfigMap that is not there, comes and goes', async () => {
    server.deleteConfigMap('limits');
    startWatch();
    await watched();
    server.setConfigMap('limits', { MAX: '5' });
    server.deleteConfigMap('limits');
    await eventually(() => expect(seen).toEqual([undefined, '5', undefined]));
  });

  it.each<[string, () => unknown]>([
    ['ended as watches end', () => server.endWatches('politely')],
    ['cut', () => server.endWatches('badly')],
    ['ended with a server error', () => server.endWatches(500)],
    ['told that its version is forgotten', () => server.endWatches(410)],
    ['told so when it comes again', () => ((server.gone = 'by event'), server.endWatches('badly'))],
    [
      'told so by the status when it comes again',
      () => ((server.gone = 'by status'), server.endWatches('badly')),
    ],
  ])('goes on after it was %s, and misses nothing', async (how, end) => {
    startWatch();
    await watched();
    end();
    server.setConfigMap('limits', { MAX: '2' });
    await eventually(() => expect(seen).toEqual(['1', '2']));
    await watched();
    server.setConfigMap('limits', { MAX: '3' });
    await eventually(() => expect(seen).toEqual(['1', '2', '3']));
    expect(states.at(-1)).toBe('up');
    if (how !== 'ended with a server error') expect(lines).toEqual([]);
  });

  it('goes on when the API server is away for a while, and says so once', async () => {
    startWatch();
    await watched();
    await server.stop();
    await eventually(() => expect(states.at(-1)).toBe('unreachable'));
    await delay(300);
    server.setConfigMap('limits', { MAX: '2' });
    await server.start();
    await eventually(() => expect(seen).toEqual(['1', '2']));
    await eventually(() => expect(states).toEqual(['up', 'unreachable', 'up']));
    expect(lines).toMatchObject([
      {
        level: 40,
        msg: 'cannot watch the ConfigMap; trying again',
        error: 'the API server cannot be asked: ECONNREFUSED',
      },
      { level: 30, msg: 'watching the ConfigMap again' },
    ]);
  });

  it('goes on after an API server that came back with an older version', async () => {
    startWatch();
    await watched();
    await server.stop();
    server = new FakeApiServer(server.port);
    server.setConfigMap('limits', { MAX: '0' });
    await server.start();
    await eventually(() => expect(seen).toEqual(['1', '0']));
    await watched();
    server.setConfigMap('limits', { MAX: '4' });
    await eventually(() => expect(seen).toEqual(['1', '0', '4']));
  });

  it('a silent connection is given up', async () => {
    startWatch({ ...FAST, silenceMs: 200 });
    await watched();
    await eventually(() =>
      expect(
        server.requests.filter((request) => request === 'WATCH configmaps').length,
      ).toBeGreaterThan(2),
    );
    server.setConfigMap('limits', { MAX: '2' });
    await eventually(() => expect(seen).toEqual(['1', '2']));
  });

  it.each(['GET configmaps', 'WATCH configmaps'])(
    'without the permission for %s says which one, once, and goes on when it is given',
    async (asked) => {
      server.denied.add(asked);
      startWatch();
      await eventually(() =>
        expect(server.requests.filter((request) => request === asked).length).toBeGreaterThan(4),
      );
      const warnings = lines.filter(({ level }) => level === 40);
      expect(warnings.length).toBeLessThanOrEqual(1);
      expect(warnings[0]).toMatchObject({
        error: 'missing permission: get, list and watch configmaps "limits" in namespace iot',
      });
      server.denied.clear();
      await watched();
      server.setConfigMap('limits', { MAX: '2' });
      await eventually(() => expect(seen.at(-1)).toBe('2'));
    },
  );

  it('asks less and less often', async () => {
    await server.stop();
    startWatch({ ...FAST, backoff: { firstMs: 20, maxMs: 10_000 } });
    await eventually(() => expect(states).toEqual(['unreachable']));
    let attempts = 0;
    await server.start();
    server.denied.add('GET configmaps');
    await delay(1500);
    attempts = server.requests.length;
    expect(attempts).toBeGreaterThan(0);
    expect(attempts).toBeLessThan(10);
  });

  it.each(['all', 'watches'] as const)(
    'stops at once, also while the API server leaves %s hanging',
    async (hanging) => {
      server.hanging = hanging;
      startWatch();
      await eventually(() => expect(server.requests).toHaveLength(hanging === 'all' ? 1 : 2));
      const began = performance.now();
      await watch.stop();
      expect(performance.now() - began).toBeLessThan(1000);
    },
  );
});

describe('ConfigMapEvents', () => {
  const of: ConfigMapState = { name: 'limits', uid: 'u-1', resourceVersion: '7', data: {} };

  beforeEach(
    () =>
      (watch = new ConfigMapWatch(
        clusterOf(),
        'limits',
        { changed: () => undefined, watching: () => undefined },
        log,
      )),
  );

  it('are written on the ConfigMap, and no longer than Kubernetes takes', async () => {
    await new ConfigMapEvents(clusterOf(), 'alerts-worker', 'pod-1', log).write(
      of,
      'Warning',
      'ThresholdsRejected',
      'x'.repeat(3000),
    );
    expect(server.events).toMatchObject([
      {
        type: 'Warning',
        reason: 'ThresholdsRejected',
        involvedObject: { kind: 'ConfigMap', name: 'limits', namespace: 'iot', uid: 'u-1' },
        metadata: { generateName: 'limits.', namespace: 'iot' },
        reportingComponent: 'alerts-worker',
      },
    ]);
    expect(server.events[0]!.message).toHaveLength(1024);
  });

  it('that are forbidden are said once in the log', async () => {
    server.denied.add('POST events');
    const events = new ConfigMapEvents(clusterOf(), 'alerts-worker', 'pod-1', log);
    await events.write(of, 'Normal', 'A', 'a');
    await events.write(of, 'Normal', 'A', 'a');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      msg: 'cannot write an Event',
      error: 'missing permission: create events in namespace iot',
    });
  });
});
