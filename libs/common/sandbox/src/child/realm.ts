/**
 * What is evaluated in a virtual machine before any program: it takes away what a program has no
 * business with, freezes the rest, and leaves one function, which runs a program over readings.
 *
 * Programs of many machines run in one realm after each other, and a replay may cut them
 * differently. So nothing may outlive a call: built-ins are frozen, the program's own variables are
 * made anew for each reading, and a state goes through JSON each time.
 *
 * The run's input is JSON: a list of `[state, version, [[reading, receivedAt], …]]` by machine. Its
 * output is lines, as no JSON text has a line break: for each reading the number of results and
 * each result, or `!` and an error; then `=` and the state, empty where it is as it was. A machine
 * ends with its first error. While it traces, `~` and the state follow each reading, and `>` and a
 * text each line that the program logged.
 */
export const REALM = String.raw`(function (next, stateBytes, resultBytes, maxResults, logLines) {
'use strict';
const { parse, stringify } = JSON;
const { isArray } = Array;
const { freeze, getPrototypeOf, getOwnPropertyDescriptors, defineProperty, hasOwn } = Object;
const { ownKeys, apply } = Reflect;
const imul = Math.imul;
const RangeErrorHere = RangeError, TypeErrorHere = TypeError, StringHere = String;
const codeAt = Function.prototype.call.bind(String.prototype.charCodeAt);
const cut = Function.prototype.call.bind(String.prototype.slice);
const split = Function.prototype.call.bind(String.prototype.split);
const AsyncFunction = (async () => {}).constructor;
const PromisePrototype = Promise.prototype, FunctionPrototype = Function.prototype;

// Chance: the same for the same reading.
let seedText = '', seeded = false, a = 0, b = 0, c = 0, d = 0;
const random = () => {
  if (!seeded) {
    let h = 0x811c9dc5;
    for (let i = 0; i < seedText.length; i++) h = imul(h ^ codeAt(seedText, i), 0x01000193);
    a = h; b = imul(h, 0x9e3779b1); c = h ^ 0x5bd1e995; d = 1; seeded = true;
    for (let i = 0; i < 12; i++) random();
  }
  const t = (((a + b) | 0) + d) | 0;
  d = (d + 1) | 0;
  a = b ^ (b >>> 9);
  b = (c + (c << 3)) | 0;
  c = (((c << 21) | (c >>> 11)) + t) | 0;
  return (t >>> 0) / 4294967296;
};

// What a program logs: kept while somebody tries it, and not otherwise.
let logs = '', logged = 0, tracing = false;
const say = (...parts) => {
  if (!tracing || logged >= logLines) return;
  logged++;
  let line = '';
  for (let i = 0; i < parts.length; i++) {
    let text;
    try {
      text = typeof parts[i] === 'object' ? stringify(parts[i]) : StringHere(parts[i]);
    } catch { text = '(cannot be shown)'; }
    line += (i ? ' ' : '') + text;
    if (line.length > 1000) { line = cut(line, 0, 1000) + '…'; break; }
  }
  logs += '>' + stringify(line) + '\n';
};

const bytesOf = (text) => {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const code = codeAt(text, i);
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code >= 0xd800 && code < 0xe000 ? 2 : 3;
  }
  return bytes;
};
const within = (text, limit, what, lineEnds = 0) => {
  const most = limit + lineEnds;
  if (text.length * 3 > most && (text.length > most || bytesOf(text) > most))
    throw new RangeErrorHere(what + ' is larger than ' + limit + ' bytes of JSON');
  return text;
};

// How deep a reader of JSON gets depends on its stack: beyond this some of them fail.
const LEVELS = 1000;
const count = (text, mark) => split(text, mark).length - 1;
const notTooDeep = (text, what) => {
  if (text.length <= 2 * LEVELS || count(text, '[') + count(text, '{') <= LEVELS) return text;
  let levels = 0, inText = false;
  for (let i = 0; i < text.length; i++) {
    const code = codeAt(text, i);
    if (inText) {
      if (code === 0x5c) i++;
      else if (code === 0x22) inText = false;
    } else if (code === 0x22) inText = true;
    else if (code === 0x5b || code === 0x7b) {
      if (++levels > LEVELS)
        throw new RangeErrorHere(what + ' has more than ' + LEVELS + ' levels');
    } else if (code === 0x5d || code === 0x7d) levels--;
  }
  return text;
};

const errorText = (error) => {
  let name = 'Error', message = '', stack = '';
  try {
    if (typeof error === 'object' && error !== null) {
      name = StringHere(error.name); message = StringHere(error.message);
      stack = StringHere(error.stack);
    } else message = 'threw ' + StringHere(error);
  } catch { message = 'threw something that cannot be shown'; }
  return stringify({
    name: cut(name, 0, 100), message: cut(message, 0, 500), stack: cut(stack, 0, 1000),
  });
};

const run = (factory, input, trace) => {
  const machines = parse(input);
  let out = '', before = 0;
  tracing = trace;
  for (let m = 0; m < machines.length; m++) {
    const machine = machines[m];
    const readings = machine[2];
    let state = machine[0], text = '';
    for (let r = 0; r < readings.length; r++) {
      const data = readings[r][0], receivedAt = readings[r][1];
      next(before + r, receivedAt);
      seedText = data.device_id + '/' + data.event_id;
      seeded = false;
      logs = '';
      logged = 0;
      let lines;
      try {
        const context = {
          machine: data.device_id, version: machine[1], received_at: receivedAt,
        };
        const answer = factory()(data, r === 0 ? state : parse(text), context);
        let results;
        if (typeof answer === 'object' && answer !== null &&
            hasOwn(answer, 'state') && hasOwn(answer, 'results')) {
          state = answer.state;
          results = answer.results;
          if (!isArray(results)) throw new TypeErrorHere('results must be an array');
        } else state = answer;
        const json = stringify(state);
        if (typeof json !== 'string')
          throw new TypeErrorHere('process must return the state, and returned ' + typeof answer);
        notTooDeep(within(json, stateBytes, 'the state'), 'the state');
        if (results === undefined) lines = '1\n' + within(json, resultBytes, 'the result') + '\n';
        else {
          const n = results.length;
          // A proxy of an array says of its length what it likes, and something else each time.
          if (n >>> 0 !== n || n > maxResults)
            throw new RangeErrorHere('there are more than ' + maxResults + ' results');
          lines = '';
          for (let i = 0; i < n; i++) lines += (stringify(results[i]) ?? 'null') + '\n';
          within(lines, resultBytes, 'what is in results', n);
          lines = n + '\n' + notTooDeep(lines, 'what is in results');
        }
        text = json;
      } catch (error) {
        out += '!' + errorText(error) + '\n' + logs;
        break;
      }
      out += lines;
      if (trace) out += '~' + text + '\n' + logs;
    }
    before += readings.length;
    out += '=' + text + '\n';
  }
  return out;
};

// Away with what is not on the list.
const KEPT = new Set(('Object Array Number String Boolean Symbol BigInt Math JSON Date RegExp Map Set ' +
  'WeakMap WeakSet Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError ' +
  'URIError InternalError ArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray Int16Array ' +
  'Uint16Array Int32Array Uint32Array Float16Array Float32Array Float64Array BigInt64Array ' +
  'BigUint64Array Reflect Proxy Iterator parseInt parseFloat isNaN isFinite NaN Infinity undefined ' +
  'globalThis decodeURI decodeURIComponent encodeURI encodeURIComponent').split(' '));
const hidden = [
  Function, AsyncFunction, (function* () {}).constructor, (async function* () {}).constructor,
  Promise, (async function* () {})(),
];
for (const key of ownKeys(globalThis))
  if (typeof key === 'symbol' ? false : !KEPT.has(key)) delete globalThis[key];
// A text becomes code nowhere.
for (const one of hidden.slice(0, 4))
  defineProperty(one.prototype, 'constructor', { value: undefined });
defineProperty(PromisePrototype, 'constructor', { value: undefined });
delete Array.fromAsync;
// Settings that would outlive a call behind an accessor.
for (const one of [Error, RegExp])
  for (const key of ownKeys(one)) {
    const found = Object.getOwnPropertyDescriptor(one, key);
    if (found.set) delete one[key];
  }
delete Error.stackTraceLimit;
delete Error.prepareStackTrace;
Math.random = random;
globalThis.console = { log: say, info: say, warn: say, error: say, debug: say };

// A frozen prototype forbids what inherits from it to have a property of the same name by
// assignment (this.name = … in an error's constructor): these get a setter that defines it.
const errors = [Error, AggregateError, EvalError, RangeError, ReferenceError, SyntaxError, TypeError,
  URIError, InternalError];
const behind = [];
for (const home of [Object.prototype, FunctionPrototype, Array.prototype,
  ...errors.map((one) => one.prototype)])
  for (const key of ownKeys(home)) {
    const found = Object.getOwnPropertyDescriptor(home, key);
    if (typeof key !== 'string' || !found.configurable || !('value' in found)) continue;
    if (home === Array.prototype && key !== 'toString' && key !== 'constructor') continue;
    const { value } = found;
    behind.push(value);
    defineProperty(home, key, {
      get: () => value,
      set(own) {
        if (this === home) throw new TypeErrorHere('this property is read-only');
        defineProperty(this, key, { value: own, writable: true, enumerable: true, configurable: true });
      },
      enumerable: false, configurable: false,
    });
  }

const seen = new Set();
const waiting = [
  globalThis, ...hidden, ...behind, [][Symbol.iterator](), ''[Symbol.iterator](),
  new Map().entries(), new Set().values(), 'x'.matchAll(/x/g), [].values().map?.((x) => x),
  Iterator?.from?.({ next() {} }), (function* () {})(),
  Object.getOwnPropertyDescriptor((function () { return arguments; })(), 'callee').get,
  Object.getOwnPropertyDescriptor(FunctionPrototype, 'caller')?.get, random, say,
];
while (waiting.length > 0) {
  const one = waiting.pop();
  if ((typeof one !== 'object' && typeof one !== 'function') || one === null || seen.has(one)) continue;
  seen.add(one);
  waiting.push(getPrototypeOf(one));
  const found = getOwnPropertyDescriptors(one);
  for (const key of ownKeys(found)) {
    const { value, get, set } = found[key];
    waiting.push(value, get, set);
  }
  freeze(one);
}
return run;
})`;
