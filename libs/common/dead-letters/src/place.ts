/** Where a record stands: topic, partition, offset. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Reads `topic/partition/offset`; undefined when it is none. */
export function parsePlace(text: unknown): Place | undefined {
  const match =
    typeof text === 'string' ? /^([a-zA-Z0-9._-]+)\/(\d{1,9})\/(\d{1,15})$/.exec(text) : null;
  return match
    ? { topic: match[1]!, partition: Number(match[2]), offset: Number(match[3]) }
    : undefined;
}
