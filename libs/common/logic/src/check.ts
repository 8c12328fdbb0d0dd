import { parse, type Node, type Options } from 'acorn';
import { analyze } from 'eslint-scope';

/** What is wrong with a program, and where: lines and columns count from 1. */
export interface Fault {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** The size limit of a program, bytes of UTF-8. */
export const PROGRAM_BYTES = 64 * 1024;

/** Names that a program has. What a machine has beyond these, libs/common/sandbox takes away. */
export const PROGRAM_GLOBALS: ReadonlySet<string> = new Set(
  (
    'Object Array Number String Boolean Symbol BigInt Math JSON Date RegExp Map Set WeakMap ' +
    'WeakSet Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError ' +
    'URIError ArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array ' +
    'Int32Array Uint32Array Float16Array Float32Array Float64Array BigInt64Array BigUint64Array ' +
    'Reflect Proxy Iterator parseInt parseFloat isNaN isFinite NaN Infinity undefined globalThis ' +
    'decodeURI decodeURIComponent encodeURI encodeURIComponent console arguments'
  ).split(' '),
);

const STRICT = "'use strict';\n";
const OPTIONS: Options = {
  ecmaVersion: 'latest',
  sourceType: 'script',
  locations: true,
  ranges: true,
};
const MAX_FAULTS = 20;

interface Located {
  readonly line: number;
  readonly column: number;
}
/** As any part of a syntax tree may be looked at. */
type Tree = Node & Record<string, unknown> & { readonly loc: { readonly start: Located } };

/** What is wrong with the text of a program, as far as that can be seen without running it. */
export function faultsOf(text: string): Fault[] {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > PROGRAM_BYTES)
    return [at(STRICT_START, `is ${bytes} bytes long; at most ${PROGRAM_BYTES} are allowed`)];
  let tree: Tree;
  try {
    tree = parse(STRICT + text, OPTIONS) as unknown as Tree;
  } catch (error) {
    const { loc, message } = error as { loc?: Located; message: string };
    return [at(loc ?? STRICT_START, message.replace(/ \(\d+:\d+\)$/, ''))];
  }
  let faults: Fault[];
  try {
    faults = [...withoutProcess(tree), ...notAvailable(tree), ...unknownNames(tree)];
  } catch (error) {
    // What reads the tree for names calls itself for each level of it.
    if (error instanceof RangeError) return [at(STRICT_START, 'is nested too deep to be checked')];
    throw error;
  }
  return faults.toSorted((a, b) => a.line - b.line || a.column - b.column).slice(0, MAX_FAULTS);
}

const STRICT_START: Located = { line: 2, column: 0 };

/** The text stands one line further up than in what is parsed. */
const at = ({ line, column }: Located, message: string): Fault => ({
  line: Math.max(1, line - 1),
  column: column + 1,
  message,
});

function withoutProcess(tree: Tree): Fault[] {
  const names = (tree['body'] as Tree[]).flatMap((one): unknown[] =>
    one.type === 'FunctionDeclaration' || one.type === 'ClassDeclaration'
      ? [(one['id'] as { name: string }).name]
      : one.type === 'VariableDeclaration'
        ? (one['declarations'] as { id: { name?: string } }[]).map(({ id }) => id.name)
        : [],
  );
  if (!names.includes('process'))
    return [at(STRICT_START, 'there must be a function process(data, state, context)')];
  // One that is called without `new`, and answers at once.
  return (tree['body'] as Tree[])
    .filter((one) => (one['id'] as { name: string } | undefined)?.name === 'process')
    .filter((one) => one.type === 'ClassDeclaration' || one['generator'] === true)
    .map((one) => at(one.loc.start, 'process must be a function, and no class or generator'));
}

/** A program answers at once, and nothing of it goes on after that. */
function notAvailable(tree: Tree): Fault[] {
  const faults: Fault[] = [];
  for (const one of nodesOf(tree)) {
    if (one['async'] === true) faults.push(at(one.loc.start, 'async functions are not available'));
    if (one['await'] === true || one.type === 'AwaitExpression')
      faults.push(at(one.loc.start, 'await is not available'));
    if (one.type === 'ImportExpression') faults.push(at(one.loc.start, 'import is not available'));
  }
  return faults;
}

function unknownNames(tree: Tree): Fault[] {
  const scopes = analyze(tree as unknown as Parameters<typeof analyze>[0], {
    ecmaVersion: 2022,
    sourceType: 'script',
    nodejsScope: true,
    impliedStrict: true,
  });
  const asked = typeofNames(tree);
  return scopes.globalScope!.through.flatMap(({ identifier }) => {
    const { name, loc, range } = identifier as unknown as Tree & { name: string; range: number[] };
    return PROGRAM_GLOBALS.has(name) || asked.has(range[0]!)
      ? []
      : [at(loc.start, `${name} is not defined`)];
  });
}

/** Where `typeof name` asks whether there is such a name. */
function typeofNames(tree: Tree): ReadonlySet<number> {
  const places = new Set<number>();
  for (const one of nodesOf(tree)) {
    const argument = one['argument'] as Tree | undefined;
    if (one['operator'] === 'typeof' && argument?.type === 'Identifier') places.add(argument.start);
  }
  return places;
}

/** All nodes of a tree, however deep. */
function* nodesOf(tree: Tree): Generator<Tree> {
  const waiting: Tree[] = [tree];
  for (let one = waiting.pop(); one; one = waiting.pop()) {
    yield one;
    for (const key in one) {
      const value = one[key];
      if (key === 'loc' || typeof value !== 'object' || value === null) continue;
      for (const child of Array.isArray(value) ? (value as unknown[]) : [value])
        if (typeof (child as Tree | null)?.type === 'string') waiting.push(child as Tree);
    }
  }
}
