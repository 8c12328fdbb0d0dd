import fc from 'fast-check';
import { frame } from './frames.js';
import { Hub, type Viewer } from './hub.js';

const viewer = (device?: string): Viewer & { frames: string[] } => {
  const frames: string[] = [];
  return { device, frames, send: (text) => void frames.push(text) };
};
const idOf = (text: string | undefined): string | undefined => /^id: (.*)$/m.exec(text ?? '')?.[1];
const dataOf = (text: string): unknown => JSON.parse(/^data: (.*)$/m.exec(text)![1]!);

describe('frame', () => {
  it('is one event, whatever the data holds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (data) => {
        const text = frame('device', data, 'r.1');
        expect(text.endsWith('\n\n')).toBe(true);
        expect(text.trimEnd().split(/\r\n|\r|\n/)).toHaveLength(3);
        expect(dataOf(text)).toEqual(JSON.parse(JSON.stringify(data)));
      }),
    );
  });
});

describe('Hub', () => {
  it('begins with a snapshot, then sends changes, and those of a device to who watches it', () => {
    const hub = new Hub('run', 10);
    const [all, one] = [viewer(), viewer('d1')];
    hub.join(all, undefined, () => 'everything');
    hub.join(one, undefined, () => 'everything');
    hub.publish('overview', 1);
    hub.publish('device', 2, 'd1');
    hub.publish('device', 3, 'd2');
    expect(all.frames.map(dataOf)).toEqual(['everything', 1]);
    expect(one.frames.map(dataOf)).toEqual(['everything', 1, 2]);
    expect([hub.size, [...hub.devices()]]).toEqual([2, ['d1']]);
  });

  it.each(['', 'run', 'run.', 'run.x', 'run.7', 'run.-1', 'run.1e1', 'other.1', 'run.1.2.3 x'])(
    'begins anew for the last event id %j, unless it knows all since',
    (id) => {
      const hub = new Hub('run', 2);
      for (let i = 1; i <= 6; i++) hub.publish('overview', i);
      const late = viewer();
      hub.join(late, id, () => 'everything');
      expect(late.frames.map(dataOf)).toEqual(['everything']);
    },
  );

  it('gives who comes back exactly what it missed, or everything', () => {
    const step = fc.oneof(
      fc.constantFrom('all', 'd1', 'd2').map((to) => ({ to })),
      fc.constant('leave' as const),
      fc.constant('return' as const),
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 8 }),
        (steps, kept) => {
          const hub = new Hub('run', kept);
          // What the world is for one who watches d1, kept in two ways.
          const truth: number[] = [];
          let seen: number[] = [];
          let lastId: string | undefined;
          let there: Viewer | undefined;
          const come = (): void => {
            there = {
              device: 'd1',
              send: (text) => {
                const data = dataOf(text);
                if (text.startsWith('event: snapshot')) seen = [...(data as number[])];
                else seen.push(data as number);
                lastId = idOf(text) ?? lastId;
              },
            };
            hub.join(there, lastId, () => truth);
          };
          come();
          steps.forEach((what, i) => {
            if (what === 'leave') {
              if (there) hub.leave(there);
              there = undefined;
            } else if (what === 'return') {
              if (!there) come();
            } else {
              if (what.to !== 'd2') truth.push(i);
              hub.publish('device', i, what.to === 'all' ? undefined : what.to);
            }
            if (there) expect(seen).toEqual(truth);
          });
        },
      ),
    );
  });

  it('forgets who left', () => {
    const hub = new Hub('run', 2);
    const gone = viewer();
    hub.join(gone, undefined, () => 0);
    hub.leave(gone);
    hub.publish('overview', 1);
    hub.beat(2);
    expect([gone.frames.length, hub.size]).toEqual([1, 0]);
  });
});
