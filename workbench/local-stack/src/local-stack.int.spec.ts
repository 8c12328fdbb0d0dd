import { tcpRequest } from './tcp-request.js';
import { answersForGroups } from './kafka/coordinator-probe.js';
import { answersPing } from './mongo/ping.js';

/** Port in "host:port" or "mongodb://host:port/". */
const portOf = (address: string | undefined): number =>
  Number(/:(\d+)\/?$/.exec(address ?? '')?.[1]);

describe('probes', () => {
  it('say yes to the servers that run', async () => {
    expect(await answersForGroups(portOf(process.env['TEST_KAFKA']))).toBe(true);
    expect(await answersPing(portOf(process.env['TEST_MONGO']))).toBe(true);
  });

  it('say no to the other kind of server and to a port where nobody listens', async () => {
    expect(await answersPing(portOf(process.env['TEST_KAFKA']))).toBe(false);
    expect(await answersForGroups(portOf(process.env['TEST_MONGO']))).toBe(false);
    expect(await answersPing(1)).toBe(false);
    expect(await tcpRequest(1, Buffer.from('x'), () => true)).toBeUndefined();
  });
});
