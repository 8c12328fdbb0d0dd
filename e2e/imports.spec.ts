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

/** Rooms of a service that may not be imported from one: what comes in goes one way. */
const CLOSED: Readonly<Record<string, readonly string[]>> = {
  core: ['input', 'flow', 'output'],
  output: ['input', 'flow'],
  flow: ['input'],
  input: ['output'],
};
const roomOf = (path: string): string | undefined => /^apps\/[^/]+\/src\/(\w+)\//.exec(path)?.[1];

describe('the rooms of a service', () => {
  it('import each other one way', () => {
    const wrong = [...importsOf(modulePaths().filter((path) => !isTest(path)))].flatMap(
      ([path, imported]) =>
        imported
          .filter((other) => CLOSED[roomOf(path) ?? '']?.includes(roomOf(other) ?? ''))
          .map((other) => `${path} imports ${other}`),
    );
    expect(wrong).toEqual([]);
  });
});

const isTest = (path: string): boolean => /\.spec\.ts$|\/testing\//.test(path);

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
