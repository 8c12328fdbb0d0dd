/**
 * Programs that try to know of an earlier reading by something else than the state. Each returns
 * what it found: it must be the same at every reading, of every machine. Exactly-once rests on it, as
 * a replay cuts readings in other batches.
 */
export interface HiddenState {
  readonly name: string;
  readonly body: string;
  /** What stands before the function. */
  readonly top?: string;
}

const counts = (name: string, where: string, top = ''): HiddenState => ({
  name,
  top,
  body: `const on = ${where};
    try { on.left = (on.left ?? 0) + 1 } catch {}
    try { Object.defineProperty(on, 'there', { value: (on.there ?? 0) + 1, configurable: true }) } catch {}
    return [on.left ?? null, on.there ?? null]`,
});
const told = (name: string, body: string, top = ''): HiddenState => ({ name, body, top });
const depth = (name: string, body: string): HiddenState =>
  told(`how deep ${name}`, `let n = 0; ${body} return n`);

export const HIDDEN_STATES: readonly HiddenState[] = [
  told('a variable', 'return ++n', 'let n = 0;'),
  told('a property of the function', 'process.n = (process.n ?? 0) + 1; return process.n'),
  told('a static field', 'return ++C.n', 'class C { static n = 0 }'),
  told(
    'a private static field',
    'return C.up()',
    'class C { static #n = 0; static up() { return ++C.#n } }',
  ),
  told('a closure', 'return up()', 'const up = (() => { let n = 0; return () => ++n })();'),
  told(
    'a generator',
    'return g.next().value',
    'const g = (function* () { for (let i = 0; ; i++) yield i })();',
  ),
  told('where an expression stands', `R.test('aaa'); return R.lastIndex`, 'const R = /a/g;'),
  told(
    'where an expression in the function stands',
    `const r = /a/g; r.test('aaa'); return r.lastIndex`,
  ),
  counts('the strings of a template', '((strings) => strings)`a${1}b`'),
  counts('the raw strings of a template', '((strings) => strings.raw)`a`'),
  ...[
    '({}).hasOwnProperty',
    '({}).toString',
    '({}).__defineGetter__',
    '(() => 1).call',
    '(() => 1).bind',
    '[].toString',
    'new TypeError().toString',
  ].map((where) => counts(where, where)),
  counts('the log', 'console.log'),
  counts('chance', 'Math.random'),
  counts('the global object', 'globalThis'),
  counts('arguments around it', 'A', 'const A = arguments;'),
  told(
    'a mark on what is frozen',
    `const had = S.has(Math); let error = '';
    try { new S(Math) } catch (e) { error = e.message } return [had, S.has(Math), error]`,
    'class S extends (class { constructor(o) { return o } }) { #x = 1; static has(o) { return #x in o } }',
  ),
  told(
    'chance that was used',
    'for (let i = 0; i < data.ts % 7; i++); const r = []; for (let i = 0; i < 3; i++) r.push(typeof Math.random()); return r',
  ),
  told(
    'a registered symbol',
    `return [Symbol.keyFor(Symbol.for('left')), Symbol.for('left').description]`,
  ),
  told('the stack of an error', `return new Error('x').stack`),
  told('the clock', 'return [Date.now(), new Date().toString()]'),
  depth('calls go', 'const f = () => { n++; f() }; try { f() } catch {}'),
  depth(
    'calls by the engine go',
    'const f = () => { n++; [2, 1].sort(f); return 0 }; try { f() } catch {}',
  ),
  depth('texts go', `const o = { toString() { n++; return '' + this } }; try { '' + o } catch {}`),
  depth(
    'proxies go',
    'const p = new Proxy({}, { get(of, name, on) { n++; return on.x } }); try { p.x } catch {}',
  ),
  depth(
    'toJSON goes',
    'const o = { toJSON() { n++; return JSON.stringify(o) } }; try { JSON.stringify(o) } catch {}',
  ),
];
