import type { FieldError } from '@iot/telemetry';

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
