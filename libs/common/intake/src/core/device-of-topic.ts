/**
 * The device that an MQTT topic names.
 * @param level which level of the topic, from 1; 0: topics name no device
 * @returns undefined where the topic has no such level
 */
export function deviceOf(topic: string, level: number): string | undefined {
  if (level === 0) return undefined;
  let from = 0;
  for (let n = 1; n < level; n++) {
    from = topic.indexOf('/', from) + 1;
    if (from === 0) return undefined;
  }
  const to = topic.indexOf('/', from);
  return to === -1 ? topic.slice(from) : topic.slice(from, to);
}
