import { tcpRequest } from '../tcp-request.js';

/** CONNECT of MQTT 3.1.1 with a clean session, no client id and a keep-alive of 10 s. */
const CONNECT = Buffer.from('100c00044d5154540402000a0000', 'hex');
const CONNACK = 0x20;
const ACCEPTED_AT = 3;

/** Whether an MQTT broker takes a client on this port of 127.0.0.1. */
export async function acceptsClients(port: number, withinMs?: number): Promise<boolean> {
  const whole = (answer: Buffer): boolean => answer.length > ACCEPTED_AT;
  const answer = await tcpRequest(port, CONNECT, whole, '127.0.0.1', withinMs);
  return answer?.[0] === CONNACK && answer[ACCEPTED_AT] === 0;
}
