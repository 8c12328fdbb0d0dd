import { parseOptions, UsageError } from './options.js';

const parse = (...argv: string[]) => parseOptions(argv, 99);
function refusal(...argv: string[]): UsageError {
  try {
    parse(...argv);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error(`${argv.join(' ')} was accepted`);
}

describe('parseOptions', () => {
  it('has a default for everything', () => {
    expect(parse()).toMatchObject({
      devices: 10,
      rps: 1,
      duration: 30_000,
      batch: 1,
      retries: 0,
      seed: 99,
      ordered: true,
      gzip: false,
    });
    expect(parse().baseUrl.href).toBe('http://localhost:8001/');
    expect(parse('--replay', 'x')).toMatchObject({ retries: 10, replay: 'x' });
    expect(parse('--replay', 'x', '--retries', '0').retries).toBe(0);
  });

  it('reads every option', () => {
    const argv =
      '--devices 3 --rps 0.5 --duration 5m --ramp 10s --profile burst --sensors voltage,humidity --spikes 0.1 --disconnect 0.2 --device-prefix p: --machines --until 2026-01-31T12:00:00Z --seed 0 --duplicates 0.1 --late 0.2 --late-by 2h --bad 1 --batch 100 --format ndjson --gzip --connections 7 --unordered --retries 3 --timeout 2s --drain 0 --report r.json --sent-log s.ndjson --check http://localhost:8002 --check-timeout 1m --max-p99 250 --max-error-rate 0.01';
    expect(parse(...argv.split(' '))).toMatchObject({
      devices: 3,
      rps: 0.5,
      duration: 300_000,
      ramp: 10_000,
      profile: 'burst',
      sensors: ['voltage', 'humidity'],
      spikes: 0.1,
      disconnect: 0.2,
      devicePrefix: 'p:',
      machines: true,
      until: Date.UTC(2026, 0, 31, 12),
      seed: 0,
      duplicates: 0.1,
      late: 0.2,
      lateBy: 7_200_000,
      bad: 1,
      batch: 100,
      format: 'ndjson',
      gzip: true,
      connections: 7,
      ordered: false,
      retries: 3,
      timeout: 2_000,
      drain: 0,
      report: 'r.json',
      sentLog: 's.ndjson',
      checkTimeout: 60_000,
      maxP99: 250,
      maxErrorRate: 0.01,
    });
    expect(parse('--until', 'now').until).toBeUndefined();
    expect(parse('--until', '1767225600000').until).toBe(1_767_225_600_000);
  });

  it.each([
    ['--devices', '0'],
    ['--devices', '1.5'],
    ['--devices', 'many'],
    ['--devices', ''],
    ['--rps', '0'],
    ['--rps', '-1'],
    ['--rps', 'Infinity'],
    ['--duration', '0'],
    ['--duration', '5 minutes'],
    ['--duration', '8d'],
    ['--ramp', '-1s'],
    ['--profile', 'weekly'],
    ['--sensors', 'wind'],
    ['--sensors', 'voltage,voltage'],
    ['--spikes', '0.5'],
    ['--device-prefix', 'a/b'],
    ['--until', 'yesterday'],
    ['--until', '2026-01-31T12:00:00'],
    ['--seed', '-1'],
    ['--seed', '4294967296'],
    ['--duplicates', '1.1'],
    ['--late', 'NaN'],
    ['--bad', '-0.1'],
    ['--batch', '0'],
    ['--batch', '10001'],
    ['--connections', '0'],
    ['--retries', '-1'],
    ['--timeout', '1ms'],
    ['--base-url', 'localhost:8001'],
    ['--base-url', 'ftp://localhost'],
    ['--base-url', 'http://localhost?x=1'],
    ['--check', 'nowhere'],
    ['--max-error-rate', '2'],
    ['--max-p99', 'fast'],
  ])('refuses %s %p and names both', (option, value) => {
    const { message, code } = refusal(option, value);
    expect(code).toBe(2);
    expect(message).toContain(option);
    expect(message).toContain(`'${value}'`);
    expect(message).toMatch(/must|Allowed|not one of|named twice/);
  });

  it.each([
    ['--replay f --devices 3', /--devices .* --replay/],
    ['--replay f --rps 3', /--rps/],
    ['--replay f --duration 3s', /--duration/],
    ['--replay f --disconnect 0.1', /--disconnect/],
    ['--speed 2', /--speed .* --replay/],
    ['--ramp 2m --duration 1m', /--ramp .* --duration/],
    ['--gzip', /--gzip .* --batch/],
    ['--format ndjson', /--format .* --batch/],
    ['--late-by 1h', /--late-by .* --late/],
    ['--late 0 --late-by 1h', /--late-by .* --late/],
    ['--check-timeout 1m', /--check-timeout .* --check/],
    ['--unknown', /unknown option '--unknown'/],
    ['stray', /too many arguments/],
    ['--devices', /argument missing/],
  ])('refuses %s and says why', (argv, why) => {
    expect(refusal(...argv.split(' ')).message).toMatch(why);
  });
});
