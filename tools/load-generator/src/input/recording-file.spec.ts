import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openRecording } from './recording-file.js';

const folder = mkdtempSync(join(tmpdir(), 'recording-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const LINES = [
  '{"device_id":"b","ts":2000,"humidity":1}',
  '{"device_id":"a","ts":1000,"humidity":2}',
  '{"device_id":"b","ts":1500,"humidity":3}',
];

describe('openRecording', () => {
  it.each([
    ['plain.ndjson', LINES.join('\n')],
    ['ended.ndjson', `${LINES.join('\n')}\n`],
    ['windows.ndjson', `${LINES.join('\r\n')}\r\n\r\n`],
    ['packed.ndjson.gz', gzipSync(LINES.join('\n'))],
    ['packed-under-another-name', gzipSync(LINES.join('\n'))],
  ])('reads %s', (name, content) => {
    const recording = openRecording(file(name, content));
    expect(recording).toMatchObject({ first: 1000, last: 2000, devices: ['b', 'a'] });
    expect(
      [recording.next(), recording.next(), recording.next(), recording.next()].map(
        (one) => one?.ts,
      ),
    ).toEqual([2000, 1000, 1500, undefined]);
  });

  it('names the line that is wrong', () => {
    expect(() => openRecording(file('wrong', `${LINES[0]}\n\n{"device_id":`))).toThrow(
      /wrong, line 3 is not JSON/,
    );
  });

  it('says why a file cannot be used', () => {
    expect(() => openRecording(join(folder, 'none'))).toThrow(/cannot read .*none: ENOENT/);
    expect(() => openRecording(folder)).toThrow(/cannot read .*EISDIR/);
    expect(() => openRecording(file('empty', '\n'))).toThrow(/holds no readings/);
    expect(() => openRecording(file('cut.gz', gzipSync(LINES.join('\n')).subarray(0, 30)))).toThrow(
      /cannot read .*unexpected end/,
    );
  });
});
