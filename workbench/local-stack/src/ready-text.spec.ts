import { SERVICES } from './options.js';
import { readyText } from './ready-text.js';

describe('readyText', () => {
  const stack = {
    services: SERVICES,
    kafka: '127.0.0.1:9092',
    mongo: 'mongodb://127.0.0.1:27017/',
    mqtt: 'mqtt://127.0.0.1:1883',
    dataDir: '/data',
    seconds: 7.25,
  };

  it('begins with the page, where something serves it', () => {
    const [, , , first] = readyText(stack).split('\n');
    expect(first).toBe('Open http://localhost:8002 in a browser to watch what happens.');
    expect(readyText({ ...stack, services: [] })).not.toContain('browser');
  });

  it('names every address, the documentation and a first request', () => {
    const text = readyText(stack);
    for (const part of [
      'Ready after 7.3 s.',
      'http://localhost:8001/docs',
      'http://localhost:8002/docs',
      'http://localhost:8003/metrics',
      '127.0.0.1:9092',
      'mqtt://127.0.0.1:1883',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).toContain('curl -X POST http://localhost:8001/ingest');
    expect(text).toContain('curl http://localhost:8002/devices/sensor-1/aggregates');
    expect(text.endsWith('Press Ctrl-C to stop.')).toBe(true);
  });

  it('says in one line that nobody is asked who one is', () => {
    const lines = readyText(stack).split('\n');
    expect(lines.filter((line) => line.includes('AUTH'))).toEqual([
      expect.stringMatching(/^AUTH is off: .*npm start -- --auth/),
    ]);
  });

  it('says how to log in and how a device sends its key, and no secret', () => {
    const text = readyText({ ...stack, secrets: '/my data/s', keyFile: '/my data/s/device-key' });
    expect(text).toContain(`/ingest -H "authorization: Bearer $(cat '/my data/s/device-key')" -H`);
    expect(text).toContain('/aggregates -H "authorization: Bearer $TOKEN"');
    expect(text).toContain('AUTH is on. The user admin has the password in /my data/s/admin-pass');
    expect(text).toContain("CREDENTIALS_SECRET_FILE='/my data/s/credentials-secret' npm run ctl");
  });

  it('tells the tools where the servers are, when they are elsewhere', () => {
    const asked = { ...stack, secrets: '/s', keyFile: '/s/device-key' };
    expect(readyText(asked)).toMatch(/^ {2}npm run ctl -- keys create/m);
    const text = readyText({
      ...asked,
      kafka: '127.0.0.1:29092',
      mongo: 'mongodb://127.0.0.1:29017/ (a stand-in that speaks its protocol)',
    });
    const servers = 'KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:29092 MONGO_URL=mongodb://127.0.0.1:29017/ ';
    expect(text).toContain(`TOKEN=$(${servers}npm run`);
    expect(text).toContain(`  ${servers}npm run ctl -- keys create`);
  });

  it('suggests no request to a service that was not started', () => {
    expect(readyText({ ...stack, services: [] })).not.toContain('curl');
    expect(
      readyText({ ...stack, services: SERVICES.filter(({ name }) => name === 'ingestion-api') }),
    ).not.toContain('/aggregates');
  });
});
