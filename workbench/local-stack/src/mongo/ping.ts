import { tcpRequest } from '../tcp-request.js';

const OP_MSG = 2013;
const HEADER_BYTES = 16;
// { ping: 1, $db: "admin" } in BSON.
const PING = Buffer.from('1e0000001070696e67000100000002246462000600000061646d696e0000', 'hex');
// The element `ok` in an answer: a double 1.0.
const OK = Buffer.from('016f6b00000000000000f03f', 'hex');

/** Whether a MongoDB server answers a ping on this port of 127.0.0.1. */
export async function answersPing(port: number, withinMs?: number): Promise<boolean> {
  const isWhole = (bytes: Buffer): boolean =>
    bytes.length >= 4 && bytes.length >= bytes.readInt32LE(0);
  const answer = await tcpRequest(port, pingMessage(), isWhole, '127.0.0.1', withinMs);
  return answer?.includes(OK) ?? false;
}

/** OP_MSG: length, request id, response to, op code; then flags, section kind 0, the document. */
function pingMessage(): Buffer {
  const message = Buffer.alloc(HEADER_BYTES + 5 + PING.length);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(1, 4);
  message.writeInt32LE(OP_MSG, 12);
  PING.copy(message, HEADER_BYTES + 5);
  return message;
}
