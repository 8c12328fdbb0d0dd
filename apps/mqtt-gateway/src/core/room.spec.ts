import { Room } from './room.js';

describe('Room', () => {
  it('is full by messages or by bytes, and tells once when it is not any more', () => {
    let freed = 0;
    const room = new Room(2, 100, () => freed++);
    room.take(1);
    expect(room.free).toBe(true);
    room.take(1);
    expect(room.free).toBe(false);
    // What is here already counts too.
    room.take(200);
    room.give(1);
    room.give(1);
    expect([room.free, freed]).toEqual([false, 0]);
    room.give(200);
    expect([room.free, freed, room.used, room.usedBytes]).toEqual([true, 1, 0, 0]);
  });
});
