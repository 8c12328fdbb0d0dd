import type { LogLine } from './core/log-line.js';
import { LogTee } from './tee.js';

const writer = { service: 'probe', instance: 'h:1', version: '1', process: 'p' };
const options = { writer, linesPerSecond: 1000, bufferBytes: 100_000, lingerMs: 5, now: () => 0 };
const line = (n: number): string =>
  `${JSON.stringify({ level: 'info', time: '2026-01-31T12:00:00Z', msg: String(n) })}\n`;
const bodies = (lines: LogLine[]): string[] => lines.map(({ body }) => body);
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('sends lines together, and what could not be sent again under the same ids', async () => {
  const sends: LogLine[][] = [];
  let fail = true;
  const tee = new LogTee({
    ...options,
    send: async (lines) => {
      sends.push(lines);
      if (fail) throw new Error('no broker');
    },
    end: async () => undefined,
  });
  for (let n = 0; n < 3; n++) tee.write(line(n));
  await wait(40);
  expect(sends.map(bodies)).toEqual([['0', '1', '2']]);
  expect([tee.sent, tee.dropped]).toEqual([0, { rate: 0, full: 0 }]);
  fail = false;
  tee.write(line(3));
  for (let i = 0; i < 200 && tee.sent < 4; i++) await wait(20);
  expect(bodies(sends[1]!)).toEqual(['0', '1', '2', '3']);
  expect(sends[1]!.slice(0, 3).map(({ id }) => id)).toEqual(sends[0]!.map(({ id }) => id));
  expect(tee.waitingBytes).toBe(0);
});

it('holds no more than it may while a send hangs, and ends in time', async () => {
  let sends = 0;
  const tee = new LogTee({
    ...options,
    linesPerSecond: 1e6,
    send: () => {
      sends++;
      return new Promise(() => undefined);
    },
    end: async () => undefined,
  });
  tee.write(line(0));
  await wait(20);
  for (let n = 1; n < 5000; n++) tee.write(line(n));
  expect(sends).toBe(1);
  expect(tee.waitingBytes).toBeLessThanOrEqual(100_000);
  expect(tee.dropped.full).toBeGreaterThan(4000);
  const began = Date.now();
  await tee.close(50);
  expect(Date.now() - began).toBeLessThan(1000);
});

it('sends what waits before it ends', async () => {
  const sent: LogLine[] = [];
  let ended = 0;
  const tee = new LogTee({
    ...options,
    bufferBytes: 1_000_000,
    lingerMs: 60_000,
    send: async (lines) => void sent.push(...lines),
    end: async () => void ended++,
  });
  for (let n = 0; n < 1200; n++) tee.write(line(n));
  await tee.close(1000);
  expect([sent.length, ended, tee.sent]).toEqual([1200, 1, 1200]);
});
