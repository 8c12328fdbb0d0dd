import { circlesOf } from './imports/circles.js';
import { importsOf, modulePaths } from './imports/modules.js';

describe('imports', () => {
  const imports = importsOf(modulePaths());

  it('are read of every project, across libraries too', () => {
    expect(imports.get('apps/ingestion-api/src/main.ts')).toContain(
      'libs/common/service/src/index.ts',
    );
    expect(imports.get('libs/common/service/src/index.ts')).toContain(
      'libs/common/service/src/run.ts',
    );
    expect(imports.size).toBeGreaterThan(500);
  });

  it('go around in no circle', () => {
    expect(circlesOf(imports)).toEqual([]);
  });
});

describe('circlesOf', () => {
  const graph = (edges: Record<string, string[]>) => new Map(Object.entries(edges));

  it('finds circles, also of one module, and tells them apart', () => {
    expect(
      circlesOf(
        graph({
          a: ['b'],
          b: ['c', 'x'],
          c: ['a'],
          x: ['y'],
          y: ['x'],
          self: ['self'],
          leaf: ['a'],
        }),
      ),
    ).toEqual([['a', 'b', 'c'], ['x', 'y'], ['self']]);
  });

  it('finds none where two ways lead to one module', () => {
    expect(circlesOf(graph({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }))).toEqual([]);
  });
});
