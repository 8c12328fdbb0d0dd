import { SharedPages } from './shared-pages.js';

describe('SharedPages', () => {
  let now = 0;
  let reads = 0;
  const pages = () => new SharedPages(() => now);
  const read = async (): Promise<number> => ++reads;

  beforeEach(() => void ([now, reads] = [0, 0]));

  it('reads once for all who ask for the same within a while, and again after it', async () => {
    const shared = pages();
    const all = Array.from({ length: 500 }, () => shared.get('a', 1000, read));
    expect(new Set(await Promise.all(all))).toEqual(new Set([1]));
    now = 999;
    expect(await shared.get('a', 1000, read)).toBe(1);
    expect(await shared.get('b', 1000, read)).toBe(2);
    now = 1000;
    expect(await shared.get('a', 1000, read)).toBe(3);
  });

  it('holds no failure', async () => {
    const shared = pages();
    await expect(shared.get('a', 1000, () => Promise.reject(new Error('no')))).rejects.toThrow(
      'no',
    );
    expect(await shared.get('a', 1000, read)).toBe(1);
  });

  it('holds so many and no more', async () => {
    const shared = pages();
    for (let i = 0; i < 150; i++) await shared.get(`${i}`, 1000, read);
    expect(await shared.get('149', 1000, read)).toBe(150);
    expect(await shared.get('0', 1000, read)).toBe(151);
  });
});
