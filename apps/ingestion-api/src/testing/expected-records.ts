/** What a record should say, as text: to be compared as a multiset with what records do say. */
const SENSORS: Record<string, string> = {
  temperature: 'temperature_c',
  temperature_c: 'temperature_c',
  humidity: 'humidity',
  voltage: 'voltage',
  current: 'current',
  pressure: 'pressure',
};
const PLAIN = ['device_id', 'lat', 'lon'];
const GENERATED_ID =
  /^([\w-]{22}|[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})$/;

type Fields = Record<string, unknown>;

const describe = (fields: Fields, id: unknown, ts: unknown): string => {
  const parts: string[] = [];
  for (const name of Object.keys(fields).sort())
    parts.push(`${name}=${JSON.stringify(fields[name])}`);
  return `${parts.join(' ')} id=${String(id)} ts=${String(ts)}`;
};

/** What should be stored of an accepted body: written without the code under test. */
export function expectedOf(body: Fields, idempotencyKey?: string): string {
  const fields: Fields = {};
  for (const [name, value] of Object.entries(body)) {
    const sensor = Object.hasOwn(SENSORS, name) ? SENSORS[name] : undefined;
    // JSON has no negative zero.
    if (sensor !== undefined) fields[sensor] = (value as number) + 0;
    else if (PLAIN.includes(name)) fields[name] = value;
  }
  const ts = body['ts'] ?? body['timestamp'];
  return describe(
    fields,
    body['event_id'] ?? idempotencyKey ?? 'generated',
    ts === undefined ? 'arrival' : new Date(ts as string | number).getTime(),
  );
}

/** What a record says. @throws Error when it is not of the contract's shape */
export function storedIn(record: { key: string; value: Fields; timestamp: number }): string {
  const { event_id: id, ts, ...fields } = record.value;
  if (record.key !== fields['device_id'])
    throw new Error(`key ${record.key}, device ${String(fields['device_id'])}`);
  if (typeof id !== 'string' || typeof ts !== 'number')
    throw new Error(`event_id ${String(id)}, ts ${String(ts)}`);
  return describe(
    fields,
    GENERATED_ID.test(id) ? 'generated' : id,
    ts === record.timestamp ? 'arrival' : ts,
  );
}
