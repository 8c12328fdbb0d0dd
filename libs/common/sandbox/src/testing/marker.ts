/**
 * A program that puts a mark on all objects that it can reach: from the global object and from one
 * value of each kind, by their properties, prototypes and accessors, and by what each function
 * returns for some arguments. For the machine `looks` it returns where it finds marks, and how many
 * objects it has seen.
 */
export const MARKER =
  String.raw`
function process(data) {
  const looks = data.device_id === 'looks';
  const found = [];
  const seen = new Set();
  const values = () => [undefined, null, 0, 1, 'abc', /b/g, [1, 2], {}, () => 1, Symbol.iterator, 1n,
    new Map([[1, 2]]), new Set([1]), new Date(0), new ArrayBuffer(8), new Uint8Array(8),
    new Float64Array(2), new DataView(new ArrayBuffer(8)), new Proxy({}, {}), new Error('x'),
    function () {}, class {}, new WeakMap(), new WeakSet(), Object(1), Object('s'), Object(1n),
    (function* () { yield 1 })(), [1].values(), new Map([[1, 2]]).entries(), 'a'.matchAll(/a/g),
    [1].values().map((x) => x), Iterator.from({ next: () => ({ done: true }) })];
  const lists = [[], ['a'], [1, 2], [(x) => x], [[1]]];
  const visit = (path, one, calls) => {
    if ((typeof one !== 'object' && typeof one !== 'function') || one === null || seen.has(one)) return;
    seen.add(one);
    if (looks) { if (Object.hasOwn(one, 'mark')) found.push(path); }
    else try { Object.defineProperty(one, 'mark', { value: 1 }); } catch {}
    visit(path + '^', Object.getPrototypeOf(one), calls);
    for (const key of Reflect.ownKeys(one).slice(0, 200)) {
      let own;
      try { own = Object.getOwnPropertyDescriptor(one, key); } catch {}
      if (!own) continue;
      const at = path + '.' + String(key);
      visit(at, own.value, calls);
      visit(at + '<get', own.get, calls);
      visit(at + '<set', own.set, calls);
    }
    if (typeof one !== 'function' || !calls) return;
    for (const list of lists) {
      try { visit(path + '()', Reflect.construct(one, list), false); } catch {}
      for (const self of values()) try { visit(path + '()', Reflect.apply(one, self, list), false); } catch {}
    }
  };
  // What would leave work for later is not called.
  for (const later of [(async () => 1)(), (async function* () {})()])
    for (let one = later; one !== Object.prototype; one = Object.getPrototypeOf(one))
      for (const key of Reflect.ownKeys(one)) {
        const { value } = Object.getOwnPropertyDescriptor(one, key);
        if (typeof value === 'function') seen.add(value);
      }
  for (const key of Reflect.ownKeys(globalThis)) visit(String(key), globalThis[key], true);
  for (const [i, value] of values().entries()) visit('value ' + i, value, true);
  visit('arguments', (function () { return arguments })(), true);
  visit('template', ((strings) => strings)` +
  '`x`' +
  String.raw`, true);
  return { state: 1, results: [found.slice(0, 50), seen.size] };
}`;
