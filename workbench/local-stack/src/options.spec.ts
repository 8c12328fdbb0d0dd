import { SERVICES, parseOptions } from './options.js';

/** The message that a wrong option prints. */
function refusal(...words: string[]): string {
  let message = '';
  const write = import.meta.jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    message += String(text);
    return true;
  });
  try {
    expect(() => parseOptions(words)).toThrow();
  } finally {
    write.mockRestore();
  }
  return message;
}

describe('parseOptions', () => {
  it('starts everything on the usual ports when nothing is said', () => {
    expect(parseOptions([])).toEqual({
      auth: false,
      data: '.data',
      kafkaPort: 9092,
      mongoPort: 27017,
      mqttPort: 1883,
      services: [...SERVICES],
      quiet: false,
      verbose: false,
      clean: false,
      yes: false,
    });
  });

  it('gives --ports to the services in their order, also when only some are started', () => {
    const ports = SERVICES.map((_, i) => i + 1).join(', ');
    const { services } = parseOptions(['--ports', ports, '--only', 'alerts-worker,dashboard-api']);
    expect(services.map(({ name, port }) => `${name} ${port}`)).toEqual([
      'dashboard-api 2',
      'alerts-worker 4',
    ]);
  });

  it('starts no service with --backends-only', () => {
    expect(parseOptions(['--backends-only']).services).toEqual([]);
  });

  it.each([
    [['--kafka-port', '70000'], '"70000" is not a port: give a number from 1 to 65535.'],
    [['--mongo-port', 'x'], '"x" is not a port'],
    [['--ports', '1,2,3'], `Give ${SERVICES.length} ports, separated by commas`],
    [['--ports', SERVICES.map(() => 3).join()], 'Give a different port to each service.'],
    [
      ['--only', 'ingestion'],
      `There is no service "ingestion"; there are ${SERVICES.map(({ name }) => name).join(', ')}.`,
    ],
    [['--nonsense'], "unknown option '--nonsense'"],
  ])('refuses %j and says what is allowed', (words, message) => {
    expect(refusal(...words)).toContain(message);
  });
});
