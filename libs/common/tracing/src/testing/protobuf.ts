/** A value of a field: a number of any kind, or bytes, which may be a text or a message. */
export type FieldValue = bigint | Buffer;
/** By number of the field, in order. */
export type Message = ReadonlyMap<number, readonly FieldValue[]>;

/** Reads a message of Protocol Buffers without knowing what it is of. @throws where it is none */
export function messageOf(bytes: Buffer): Message {
  const fields = new Map<number, FieldValue[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const taken = (length: number): Buffer => {
    if (at + length > bytes.length) throw new RangeError('the message ends early');
    return bytes.subarray(at, (at += length));
  };
  const valueOf = (wireType: number): FieldValue => {
    if (wireType === 0) return varint();
    if (wireType === 1) return taken(8);
    if (wireType === 2) return taken(Number(varint()));
    if (wireType === 5) return taken(4);
    throw new Error(`wire type ${wireType}`);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const value = valueOf(tag & 7);
    const values = fields.get(tag >> 3);
    if (values) values.push(value);
    else fields.set(tag >> 3, [value]);
  }
  return fields;
}

export const messagesIn = (message: Message, field: number): Message[] =>
  (message.get(field) ?? []).map((value) => messageOf(value as Buffer));

export const bytesIn = (message: Message, field: number): Buffer =>
  (message.get(field)?.at(-1) as Buffer | undefined) ?? Buffer.alloc(0);

export const textIn = (message: Message, field: number): string =>
  bytesIn(message, field).toString('utf8');

export const numberIn = (message: Message, field: number): number =>
  Number(message.get(field)?.at(-1) ?? 0);
