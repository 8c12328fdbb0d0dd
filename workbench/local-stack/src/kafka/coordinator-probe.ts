import { tcpRequest } from '../tcp-request.js';

const FIND_COORDINATOR = 10;
const CORRELATION_ID = 1;
const ERROR_CODE_AT = 8;
const ALIVE_WITHIN_MS = 10_000;

/**
 * Whether the broker on this port of 127.0.0.1 can serve a consumer group. It asks for a group's
 * coordinator, which says more than that the port is open: the broker must have joined its cluster
 * and made the offsets topic, and so the first consumer does not have to wait for that.
 */
export async function answersForGroups(port: number): Promise<boolean> {
  const answer = await ask(port);
  return (
    answer !== undefined &&
    answer.length >= ERROR_CODE_AT + 2 &&
    answer.readInt32BE(4) === CORRELATION_ID &&
    answer.readInt16BE(ERROR_CODE_AT) === 0
  );
}

/** Whether the broker answers that question, whatever it says. */
export const answersAtAll = async (port: number): Promise<boolean> =>
  (await ask(port, ALIVE_WITHIN_MS)) !== undefined;

const ask = (port: number, withinMs?: number): Promise<Buffer | undefined> =>
  tcpRequest(
    port,
    findCoordinatorRequest('local-stack-probe'),
    (bytes) => bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0),
    '127.0.0.1',
    withinMs,
  );

/**
 * FindCoordinator, version 0: size, api key, api version, correlation id, client id (none), group.
 */
function findCoordinatorRequest(group: string): Buffer {
  const key = Buffer.from(group, 'utf8');
  const request = Buffer.alloc(16 + key.length);
  request.writeInt32BE(request.length - 4, 0);
  request.writeInt16BE(FIND_COORDINATOR, 4);
  request.writeInt16BE(0, 6);
  request.writeInt32BE(CORRELATION_ID, 8);
  request.writeInt16BE(-1, 12);
  request.writeInt16BE(key.length, 14);
  key.copy(request, 16);
  return request;
}
