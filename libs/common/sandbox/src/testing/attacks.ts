import type { Attack } from './attack.js';
import { NATIVE_ATTACKS } from './native-attacks.js';

const HARMLESS = /^harmless$/;
const THROWS = /^(TypeError|ReferenceError|SyntaxError|RangeError|Error|InternalError)$/;
const TOO_LONG = /^(TimeoutError|StuckError)$/;
const TOO_MUCH =
  /^(MemoryError|InternalError|RangeError|TypeError|TimeoutError|StuckError|EngineError)$/;

const attack = (name: string, ends: RegExp, body: string): Attack => ({ name, body, ends });

/** A way to code from a text, or to what belongs to the host. */
const ESCAPES: Attack[] = [
  attack(
    'results that say another length each time',
    THROWS,
    `const length = { [Symbol.toPrimitive]: (kind) => kind === 'number' ? 0 : 'x\\n=forged' };
     const results = new Proxy([], { get: (of, name) => name === 'length' ? length : of[name] });
     return { state: 1, results }`,
  ),
  attack('Function by a constructor', THROWS, `return [].at.constructor('return 1')()`),
  attack('Function by a chain', THROWS, `return ({}).constructor.constructor('return process')()`),
  attack('Function by an arrow', THROWS, `return (() => 1).constructor('return this')()`),
  attack(
    'Function of generators',
    THROWS,
    `return (function*(){}).constructor('yield 1')().next()`,
  ),
  attack('Function of async', THROWS, `return (async () => {}).constructor('return 1')()`),
  attack(
    'Function of async generators',
    THROWS,
    `return (async function*(){}).constructor('return 1')()`,
  ),
  attack(
    'Function by an error',
    THROWS,
    `try { null.x } catch (e) { return e.constructor.constructor('return 1')() }`,
  ),
  attack(
    'Function by a getter of an argument',
    THROWS,
    `return data.constructor.constructor('return 1')()`,
  ),
  attack(
    'Function by Reflect',
    THROWS,
    `return Reflect.construct(Reflect.getPrototypeOf(() => 1).constructor, ['return 1'])()`,
  ),
  attack('eval', THROWS, `return eval('1')`),
  attack('indirect eval', THROWS, `return globalThis['ev' + 'al']('1')`),
  attack('the process of the host', THROWS, `return globalThis.process.env`),
  attack('require', THROWS, `return require('fs').readFileSync('/etc/passwd', 'utf8')`),
  attack(
    'std and os of the engine',
    THROWS,
    `return std.loadFile('/etc/passwd') + os.exec(['id'])`,
  ),
  attack('import()', /./, `return import('node:fs')`),
  attack('WebAssembly', THROWS, `return new WebAssembly.Module(new Uint8Array(8))`),
  attack('fetch', THROWS, `return fetch('http://127.0.0.1:8001')`),
  attack('a timer', THROWS, `setTimeout(() => {}, 0); return 1`),
  attack('performance', THROWS, `return performance.now()`),
  attack('shared memory', THROWS, `return new SharedArrayBuffer(8)`),
  attack('Atomics.wait', THROWS, `return Atomics.wait(new Int32Array(8), 0, 0)`),
  attack('garbage collection watched', THROWS, `return new WeakRef({})`),
  attack('a finalizer', THROWS, `return new FinalizationRegistry(() => {})`),
  attack('sloppy this', THROWS, `return (function () { return this.Object })()`),
  attack('arguments.callee', THROWS, `return (function () { return arguments.callee.caller })()`),
  attack('caller of the function', THROWS, `return process.caller.arguments`),
  attack(
    'stack frames as objects',
    HARMLESS,
    `const e = {}; Error.captureStackTrace?.(e); return typeof e.stack`,
  ),
  attack(
    'settings of the stack',
    THROWS,
    `Error.prepareStackTrace = (e, s) => s; return new Error().stack`,
  ),
];

/** Something left behind for the next machine. */
const POLLUTION: Attack[] = [
  attack('pollute Object.prototype', THROWS, `Object.prototype.polluted = 1; return 1`),
  attack('pollute by __proto__', THROWS, `({}).__proto__.polluted = 1; return 1`),
  attack('pollute by the reading', THROWS, `data.__proto__.polluted = 1; return 1`),
  attack(
    'pollute by the constructor',
    THROWS,
    `state.constructor.prototype.polluted = 1; return 1`,
  ),
  attack(
    'define on Array.prototype',
    THROWS,
    `Object.defineProperty(Array.prototype, '0', { get() { return 6 } }); return 1`,
  ),
  attack('take over JSON.stringify', THROWS, `JSON.stringify = () => '{"taken":1}'; return 1`),
  attack('take over Math.random', THROWS, `Math.random = () => 0; return 1`),
  attack('take over console', THROWS, `console.log = 1; return 1`),
  attack('a global', THROWS, `globalThis.left = 1; return 1`),
  attack('a global by omission', THROWS, `left = 1; return 1`),
  attack(
    'another prototype for all',
    THROWS,
    `Object.setPrototypeOf(Object.prototype, { polluted: 1 }); return 1`,
  ),
  attack(
    'another iterator',
    THROWS,
    `Array.prototype[Symbol.iterator] = function* () {}; return 1`,
  ),
  attack(
    'a prototype of generators',
    THROWS,
    `Object.getPrototypeOf(function* () {}).left = 1; return 1`,
  ),
  attack(
    'a setter that is ours',
    THROWS,
    `Object.getOwnPropertyDescriptor(Object.prototype, 'toString').set.call(Object.prototype, 1); return 1`,
  ),
  attack('a setting of RegExp', HARMLESS, `/a/.exec('a'); return String(RegExp.$1)`),
];

/** Time. */
const LOOPS: Attack[] = [
  attack('while (true)', TOO_LONG, `while (true);`),
  attack('for (;;)', TOO_LONG, `for (;;) {}`),
  attack('a loop that catches', TOO_LONG, `for (;;) try { for (;;); } catch {}`),
  attack('a loop in finally', TOO_LONG, `try { for (;;); } finally { for (;;); }`),
  attack(
    'a generator without end',
    TOO_LONG,
    `for (const x of (function* () { for (;;) yield 1 })());`,
  ),
  attack('spread without end', TOO_MUCH, `return [...(function* () { for (;;) yield 1 })()]`),
  attack('a regular expression', TOO_LONG, `return /^(a+)+$/.test('a'.repeat(40) + 'b')`),
  attack('another regular expression', TOO_LONG, `return /(x+x+)+y/.test('x'.repeat(60))`),
  attack('a join of nothing', TOO_LONG, `return new Array(1e9).join()`),
  attack('a sort that never ends', TOO_LONG, `return [3, 1, 2].sort(() => { for (;;); })`),
  attack(
    'indexOf over nothing',
    TOO_LONG,
    `return Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)`,
  ),
  attack('a getter that hangs', TOO_LONG, `return { get state() { for (;;); } }`),
  attack('toJSON that hangs', TOO_LONG, `return { toJSON() { for (;;); } }`),
  attack('a proxy that hangs', TOO_LONG, `return new Proxy({}, { ownKeys() { for (;;); } })`),
  attack('an error that hangs', TOO_LONG, `throw { get message() { for (;;); } }`),
  attack(
    'logging that hangs',
    /^(harmless|TimeoutError)$/,
    `console.log({ toString() { for (;;); } }); return 1`,
  ),
  attack('a loop at load', TOO_LONG, ''),
  attack('a large power', TOO_MUCH, `let n = 3n; for (;;) n *= n;`),
];
const atLoad = LOOPS.find(({ name }) => name === 'a loop at load')!;
LOOPS[LOOPS.indexOf(atLoad)] = { ...atLoad, program: 'for (;;);\nfunction process() { return 1 }' };

/** Memory. */
const MEMORY: Attack[] = [
  attack('a string that doubles', TOO_MUCH, `let s = 'x'; for (;;) s += s;`),
  attack('a string by repeat', TOO_MUCH, `return 'x'.repeat(2 ** 29)`),
  attack('an array that grows', TOO_MUCH, `const a = []; for (;;) a.push(a.length);`),
  attack('an array of a size', TOO_MUCH, `return new Array(2 ** 26).fill(1)`),
  attack('a buffer', TOO_MUCH, `return new ArrayBuffer(2 ** 31).byteLength`),
  attack('many buffers', TOO_MUCH, `const a = []; for (;;) a.push(new Uint8Array(1e6).fill(1));`),
  attack(
    'a resizable buffer',
    TOO_MUCH,
    `const b = new ArrayBuffer(1, { maxByteLength: 2 ** 30 }); b.resize(2 ** 30); return b.byteLength`,
  ),
  attack('a map', TOO_MUCH, `const m = new Map(); for (let i = 0; ; i++) m.set(i, 'x' + i);`),
  attack('recursion', TOO_MUCH, `const f = () => 1 + f(); return f()`),
  attack('recursion by a getter', TOO_MUCH, `const o = { get x() { return this.x } }; return o.x`),
  attack(
    'recursion by toString',
    TOO_MUCH,
    `const o = { toString() { return '' + this } }; return '' + o`,
  ),
  attack(
    'a deep object',
    TOO_MUCH,
    `let o = {}; for (let i = 0; i < 1e6; i++) o = { o }; return o`,
  ),
  attack('a deep JSON text', TOO_MUCH, `return JSON.parse('['.repeat(1e5) + ']'.repeat(1e5))`),
  attack('symbols', TOO_MUCH, `for (let i = 0; ; i++) Symbol.for('x'.repeat(1000) + i);`),
];

/** What is returned. */
const ANSWERS: Attack[] = [
  attack('results of 100 MB', TOO_MUCH, `return { state, results: ['x'.repeat(1e8)] }`),
  attack('a million results', TOO_MUCH, `return { state, results: Array(1e6).fill(1) }`),
  attack('results without end', TOO_MUCH, `return { state, results: { length: 1e9 } }`),
  attack(
    'results by a proxy',
    TOO_MUCH,
    `return { state, results: new Proxy([], { get: (t, k) => k === 'length' ? 1e9 : 1 }) }`,
  ),
  attack('a state of 1 MB', /^RangeError$/, `return { big: 'x'.repeat(1e6) }`),
  attack('a state that is a circle', THROWS, `state.self = state; return state`),
  attack('a state that is a function', THROWS, `return () => 1`),
  attack('a state with a big integer', THROWS, `return { n: 1n }`),
  attack('nothing', THROWS, `return undefined`),
  attack(
    'another state each time it is read',
    HARMLESS,
    `let n = 0; return { get state() { return ++n }, results: [] }`,
  ),
  attack('toJSON that breaks out', HARMLESS, `return { toJSON() { return '\\n=0\\n' } }`),
  attack('raw JSON', /./, `return JSON.rawJSON ? JSON.rawJSON('1\\n=2') : null.x`),
  attack('a promise that never ends', /./, `return new (async () => {})().constructor(() => {})`),
  attack(
    'work left for later',
    /^LeftWorkError$/,
    `(async () => { await 1; for (;;); })(); return 1`,
  ),
  attack('async process', /./, `return (async () => state)()`),
  attack('throws nothing', /^Error$/, `throw undefined`),
  attack(
    'throws what cannot be shown',
    /^Error$/,
    `throw { get name() { throw 1 }, toString() { throw 2 } }`,
  ),
  attack('throws a proxy', /^Error$/, `throw new Proxy({}, { get() { throw 1 } })`),
  attack('closes the function around it', /./, ''),
];
const closes = ANSWERS.find(({ name }) => name === 'closes the function around it')!;
ANSWERS[ANSWERS.indexOf(closes)] = {
  ...closes,
  program: '}); (function () { for (;;); })(); (function () { function process() { return 1 }',
};

export const ATTACKS: readonly Attack[] = [
  ...ESCAPES,
  ...POLLUTION,
  ...LOOPS,
  ...MEMORY,
  ...ANSWERS,
  ...NATIVE_ATTACKS,
];
