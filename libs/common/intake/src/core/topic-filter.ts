const MOST_BYTES = 65_535;

/** Whether a text is a topic filter (MQTT 5, 4.7), and no shared subscription. */
export function isTopicFilter(filter: string): boolean {
  if (filter === '' || filter.includes('\0') || filter.startsWith('$share/')) return false;
  if (Buffer.byteLength(filter) > MOST_BYTES) return false;
  const levels = filter.split('/');
  return levels.every(
    (level, i) =>
      level === '+' || (level === '#' && i === levels.length - 1) || !/[+#]/.test(level),
  );
}

/** Whether a text is a topic that one can publish on, and that one of the filters matches. */
export const isTopicOf = (filters: readonly string[], topic: string): boolean =>
  isTopicFilter(topic) && !/[+#]/.test(topic) && filters.some((filter) => overlap(filter, topic));

/** Whether there is a topic that both filters match. */
export function overlap(one: string, other: string): boolean {
  return levelsOverlap(one.split('/'), other.split('/'));
}

function levelsOverlap(one: readonly string[], other: readonly string[]): boolean {
  // A wildcard in the first place does not match what begins with $.
  const dollar = (levels: readonly string[]): boolean => levels[0]!.startsWith('$');
  const wild = (levels: readonly string[]): boolean => levels[0] === '+' || levels[0] === '#';
  if ((dollar(one) && wild(other)) || (dollar(other) && wild(one))) return false;
  for (let i = 0; ; i++) {
    const [a, b] = [one[i], other[i]];
    // `a/#` matches `a` too.
    if (a === '#' || b === '#') return true;
    if (a === undefined || b === undefined) return a === b || (a ?? b) === '#';
    if (a !== b && a !== '+' && b !== '+') return false;
  }
}
