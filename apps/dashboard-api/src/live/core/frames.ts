/** The names of the events of the streams. */
export type LiveEvent = 'snapshot' | 'overview' | 'alerts' | 'device' | 'beat' | 'line';

/** One event as the stream has it. JSON holds no line end of its own. */
export const frame = (event: LiveEvent, data: unknown, id?: string): string =>
  `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
