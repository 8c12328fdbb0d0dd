/** The patterns that hold a device id, the most specific first. */
export function patternsOf(machine: string): string[] {
  const beginnings = Array.from(
    { length: machine.length },
    (_, i) => `${machine.slice(0, machine.length - i)}*`,
  );
  return [machine, ...beginnings, '*'];
}
