/** What each module imports, by path. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** The circles of a graph: modules that reach each other, in the order of the graph. */
export function circlesOf(imports: Imports): string[][] {
  const reached = new Map([...imports.keys()].map((module) => [module, reach(imports, module)]));
  const inCircle = [...imports.keys()].filter((module) => reached.get(module)!.has(module));
  const circles = Map.groupBy(inCircle, (module) =>
    inCircle.find((first) => first === module || sameCircle(reached, first, module)),
  );
  return [...circles.values()];
}

const sameCircle = (
  reached: ReadonlyMap<string, ReadonlySet<string>>,
  a: string,
  b: string,
): boolean => reached.get(a)!.has(b) && reached.get(b)!.has(a);

/** What a module imports, and what that imports, and so on. */
function reach(imports: Imports, from: string): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [from];
  for (let module = open.pop(); module !== undefined; module = open.pop())
    for (const imported of imports.get(module) ?? [])
      if (!found.has(imported)) {
        found.add(imported);
        open.push(imported);
      }
  return found;
}
