import type { FieldError } from '@iot/telemetry';

/**
 * The device that a topic names.
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

/**
 * Gives a reading the device of its topic where it names none itself.
 * @param body the parsed JSON of one reading, which is written to
 * @returns what is wrong where the two name different devices
 */
export function agreeOnDevice(body: unknown, device: string | undefined): FieldError | undefined {
  if (device === undefined || typeof body !== 'object' || body === null || Array.isArray(body))
    return undefined;
  const reading = body as { device_id?: unknown };
  if (reading.device_id === undefined) reading.device_id = device;
  else if (reading.device_id !== device)
    return { field: 'device_id', message: 'and the topic name different devices' };
  return undefined;
}
