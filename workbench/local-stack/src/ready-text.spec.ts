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

  it('suggests no request to a service that was not started', () => {
    expect(readyText({ ...stack, services: [] })).not.toContain('curl');
    expect(
      readyText({ ...stack, services: SERVICES.filter(({ name }) => name === 'ingestion-api') }),
    ).not.toContain('/aggregates');
  });
});
