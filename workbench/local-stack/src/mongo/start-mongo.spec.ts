import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMongo } from './start-mongo.js';

// Stands for a mongod: notes what it was called with, and answers every message with { ok: 1.0 }.
const FAKE_MONGOD = `#!${process.execPath}
const { writeFileSync } = require('node:fs');
const words = process.argv.slice(2);
writeFileSync(words[words.indexOf('--dbpath') + 1] + '/words', words.join(' '));
const body = Buffer.from('11000000016f6b00000000000000f03f00', 'hex');
const answer = Buffer.alloc(21 + body.length);
answer.writeInt32LE(answer.length, 0);
answer.writeInt32LE(2013, 12);
body.copy(answer, 21);
require('node:net').createServer((socket) => socket.on('error', () => 0).on('data', () => socket.write(answer)))
  .listen(Number(words[words.indexOf('--port') + 1]), '127.0.0.1');
`;

let folder: string;
const path = process.env['PATH'];
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'iot-mongod-'))));
afterEach(() => {
  process.env['PATH'] = path;
  rmSync(folder, { recursive: true });
});

describe('startMongo', () => {
  it('prefers a mongod that is on PATH, on its own data folder and on the loopback address', async () => {
    writeFileSync(join(folder, 'mongod'), FAKE_MONGOD, { mode: 0o755 });
    process.env['PATH'] = folder;
    const mongo = await startMongo({ dataDir: join(folder, 'data') });
    expect(mongo.kind).toBe('mongod');
    expect(mongo.url).toBe(`mongodb://127.0.0.1:${mongo.port}/`);
    const dbPath = join(folder, 'data', 'mongod');
    expect(readFileSync(join(dbPath, 'words'), 'utf8')).toBe(
      `--dbpath ${dbPath} --port ${mongo.port} --bind_ip 127.0.0.1 --quiet`,
    );
    // A mongod does not see that we are gone: the file is how the next start finds it.
    expect(existsSync(join(folder, 'data', 'process.json'))).toBe(true);
    await mongo.stop();
  });

  it('needs somewhere to keep its data', async () => {
    await expect(startMongo({})).rejects.toThrow('startMongo needs a dataDir, or inMemory: true.');
  });
});
