import type { Attack } from './attack.js';

const HARMLESS = /^harmless$/;
const THROWS = /^(TypeError|ReferenceError|SyntaxError|RangeError|Error|InternalError)$/;
const ENDS =
  /^(harmless|MemoryError|InternalError|RangeError|TypeError|SyntaxError|TimeoutError|StuckError|EngineError)$/;
const TOO_LONG = /^(TimeoutError|StuckError)$/;

const attack = (name: string, ends: RegExp, body: string): Attack => ({ name, body, ends });
/** Of a kind that has another one before it: `ATTACKS=full` has them too, as each costs a process. */
const another = (name: string, ends: RegExp, body: string): Attack => ({
  ...attack(name, ends, body),
  isLong: true,
});

const SPARSE = [
  'map((x) => x)',
  'toSorted()',
  'includes(1)',
  'fill(1)',
  'lastIndexOf(1)',
  'reverse()',
  'with(0, 1)',
];
const MORE_SPARSE = [
  'sort()',
  'flat()',
  'join()',
  'concat([1])',
  'copyWithin(1, 0)',
  'splice(0, 1)',
];
const sparse = (kind: typeof attack, call: string): Attack =>
  kind(
    `a sparse array: ${call}`,
    ENDS,
    `const a = []; a.length = 2 ** 32 - 1; a[7] = 1; return typeof a.${call}`,
  );

/**
 * Attacks by what the engine does in one go, between two looks at the clock or without any: sizes
 * that a few characters ask for, work that hides in a call, memory that moves under a sort.
 */
export const NATIVE_ATTACKS: readonly Attack[] = [
  attack(
    'a species that hangs',
    TOO_LONG,
    `class A extends Array {
    static get [Symbol.species]() { return function () { for (;;); } } }
    return new A(1, 2, 3).map((x) => x)`,
  ),
  attack(
    'a species that is another array',
    ENDS,
    `class A extends Array {
    static get [Symbol.species]() { return function () { return state.list ??= [] } } }
    return new A(1, 2, 3).map((x) => x).length`,
  ),
  attack('holes filled by a prototype', THROWS, `Array.prototype[0] = 6; return [,][0]`),
  attack('looking behind', TOO_LONG, `return /(?<=^b(a|a)+)x/.test('a'.repeat(60) + 'x')`),
  attack(
    'references back',
    TOO_LONG,
    `return /^(?:(a*)\\1)*(?:\\1b)+$/.test('a'.repeat(60) + 'c')`,
  ),
  attack(
    'counts within counts',
    ENDS,
    `return /((((a{1,99}){1,99}){1,99}){1,99}){1,99}b/.test('a'.repeat(99))`,
  ),
  attack('a long expression', ENDS, `return new RegExp('(?:' + 'a?'.repeat(2e5) + ')').test('b')`),
  attack(
    'sets within sets',
    ENDS,
    `return new RegExp('[\\\\p{L}--[a-z]]'.repeat(2000), 'v').test('x')`,
  ),
  attack('brackets without end', ENDS, `return new RegExp('(?:'.repeat(1e5) + ')'.repeat(1e5))`),
  attack('a normal form', ENDS, `return '\\u0344'.repeat(1e6).normalize('NFD').length`),
  attack('padding', ENDS, `return 'x'.padEnd(2 ** 30).length`),
  another('replacing all', ENDS, `return 'x'.repeat(1e5).replaceAll('x', 'y'.repeat(1e5)).length`),
  attack('an array like any other', ENDS, `return Array.from({ length: 2 ** 32 - 1 }).length`),
  attack('raw strings', ENDS, `return String.raw({ raw: { length: 2 ** 53 - 1 } }).length`),
  ...SPARSE.map((call) => sparse(attack, call)),
  ...MORE_SPARSE.map((call) => sparse(another, call)),
  attack('JSON of a sparse array', ENDS, `const a = []; a.length = 2 ** 32 - 1; return a`),
  attack(
    'results that are sparse',
    ENDS,
    `const results = []; results.length = 2 ** 32 - 1; return { state, results }`,
  ),
  attack('a tower of powers', ENDS, `return String(2n ** 3n ** 5n ** 7n).length`),
  attack('digits of a large number', ENDS, `return (10n ** 400000n).toString().length`),
  attack('a number of a long text', ENDS, `return typeof BigInt('9'.repeat(1e6))`),
  attack('bits of a number', ENDS, `return typeof BigInt.asUintN(2 ** 53 - 1, -1n)`),
  attack(
    'a buffer that shrinks under its sort',
    ENDS,
    `const b = new ArrayBuffer(4096, { maxByteLength: 8192 });
    const t = new Float64Array(b);
    t.sort(() => { b.resize(8); return -1 });
    return t.length`,
  ),
  attack(
    'a buffer that goes under its sort',
    ENDS,
    `const t = new Uint8Array(4096).map((_, i) => i);
    t.sort(() => { t.buffer.transfer(1e6); return 1 });
    return t.length`,
  ),
  attack(
    'a buffer that shrinks as it is filled',
    ENDS,
    `const b = new ArrayBuffer(64, { maxByteLength: 4096 });
    const t = new Uint8Array(b);
    t.fill({ valueOf() { b.resize(0); return 7 } });
    b.resize(4096);
    return [...new Uint8Array(b)].join('').length`,
  ),
  attack(
    'an array that grows under its sort',
    ENDS,
    `const a = [3, 2, 1];
    a.sort(() => { a.length = 0; a.push(...Array(1000).fill(1)); return -1 });
    return a.length`,
  ),
  attack(
    'a list that changes as it is written',
    ENDS,
    `const a = [{ toJSON() { a.length = 0; return 1 } }, 2, 3]; return a`,
  ),
  attack(
    'toJSON of much',
    /^(RangeError|MemoryError|InternalError)$/,
    `return { toJSON() { return 'x'.repeat(1e6) } }`,
  ),
  attack('toJSON of nothing', /^TypeError$/, `return { toJSON() { return undefined } }`),
  attack('toJSON that throws', /^Error$/, `return { toJSON() { throw new Error('no') } }`),
  attack(
    'toJSON of a proxy without end',
    ENDS,
    `return { toJSON: () =>
    new Proxy([], { get: (of, name) => name === 'length' ? 2 ** 53 - 1 : 1 }) }`,
  ),
  attack('raw JSON of a line break', THROWS, `return JSON.rawJSON('1\\n=2')`),
  attack(
    'raw JSON that is a state',
    HARMLESS,
    `return { n: JSON.rawJSON('1e999'), s: JSON.rawJSON('"\\\\n="') }`,
  ),
  attack(
    'going on in finally',
    TOO_LONG,
    `on: for (;;) { try { continue on } finally { continue on } }`,
  ),
  attack(
    'a generator that does not let go',
    TOO_LONG,
    `function* g() { try { yield 1 } finally { for (;;); } }
    for (const x of g()) return x`,
  ),
  attack(
    'iterators without end',
    ENDS,
    `return Iterator.from({ next: () => ({ done: false }) }).toArray()`,
  ),
  attack(
    'a set that is none',
    ENDS,
    `let n = 0;
    const keys = () => ({ next: () => ({ done: false, value: n++ }) });
    return new Set([1]).union({ size: 1, has: () => true, keys }).size`,
  ),
  attack(
    'proxies within proxies',
    ENDS,
    `let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); return typeof p.x`,
  ),
  attack(
    'bound functions within each other',
    ENDS,
    `let f = () => 1; for (let i = 0; i < 1e5; i++) f = f.bind(null); return f()`,
  ),
  attack(
    'a long chain of prototypes',
    ENDS,
    `let o = {}; for (let i = 0; i < 1e5; i++) o = Object.create(o);
    let n = 0; for (const k in o) n++; return n`,
  ),
  attack(
    'a text of a million pieces',
    ENDS,
    `let s = ''; for (let i = 0; i < 1e5; i++) s = i + s; return s.at(-1)`,
  ),
  attack('a circle made flat', ENDS, `const a = []; a.push(a, a); return a.flat(Infinity).length`),
  attack(
    'digits in a long text',
    ENDS,
    `return parseInt('9'.repeat(1e6), 36) + Number('0x' + 'f'.repeat(1e6))`,
  ),
  attack(
    'a date far away',
    HARMLESS,
    `return [new Date(8.64e15 + 1), new Date(2 ** 53, 1e300), Date.UTC(1e9, 1e9)].length`,
  ),
  attack(
    'an error that says much',
    /^x{100}$/,
    `throw { name: 'x'.repeat(1e6), message: '\\n=1\\n', stack: 'y'.repeat(1e6) }`,
  ),
  attack(
    'an answer that says another thing each time',
    ENDS,
    `let n = 0;
    return new Proxy({ state: 1, results: [] }, { get: (of, name) => n++ % 2 ? [n] : of[name],
      getOwnPropertyDescriptor: (of, name) => Reflect.getOwnPropertyDescriptor(of, name) })`,
  ),
  attack(
    'a reading with another prototype',
    HARMLESS,
    `Object.setPrototypeOf(data, { polluted: 1 });
    Object.setPrototypeOf(context, null); data.__proto__ = null; return 1`,
  ),
  attack(
    'a state with names of prototypes',
    HARMLESS,
    `return JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}')`,
  ),
];
