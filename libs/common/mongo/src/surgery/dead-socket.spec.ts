import { EventEmitter } from 'node:events';
import { untilClosed, type DriverConnection } from './dead-socket.js';

const connection = (): DriverConnection => ({
  socket: new EventEmitter(),
  writeCommand: () => Promise.resolve(),
});

describe('a command that is written to a socket', () => {
  it('fails when the socket closes first, with the reason that the connection knows', async () => {
    const dying = connection();
    const written = untilClosed(() => new Promise(() => undefined)).call(dying, {}, {});
    dying.error = new Error('reset by peer');
    dying.socket.emit('close');
    await expect(written).rejects.toThrow('reset by peer');
  });

  it('is written as before otherwise, and leaves no listener behind', async () => {
    const well = connection();
    expect(await untilClosed(() => Promise.resolve('written')).call(well, {}, {})).toBe('written');
    await expect(
      untilClosed(() => Promise.reject(new Error('no'))).call(well, {}, {}),
    ).rejects.toThrow('no');
    expect(well.socket.listenerCount('close')).toBe(0);
  });
});
