/* Long because it lists every option of the command with its check and its help. */

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from './core/duration.js';
import { FORMATS, type Format } from './core/encode.js';
import { PROFILES, type Profile } from './core/schedule.js';
import { MAX_SPIKES, SENSORS, type SensorName } from './core/signals.js';

/** What was asked for, checked. Times in ms, `until` in epoch ms. */
export interface Options {
  readonly baseUrl: URL;
  /** An MQTT broker to publish at, instead of POST to `baseUrl`. */
  readonly mqtt?: URL;
  readonly mqttTopic: string;
  readonly devices: number;
  readonly rps: number;
  readonly duration: number;
  readonly ramp: number;
  readonly profile: Profile;
  readonly sensors: readonly SensorName[];
  readonly spikes: number;
  readonly disconnect: number;
  readonly devicePrefix: string;
  readonly machines: boolean;
  readonly replay?: string;
  readonly speed?: number;
  readonly until?: number;
  readonly seed: number;
  readonly batch: number;
  readonly format: Format;
  readonly gzip: boolean;
  readonly duplicates: number;
  readonly late: number;
  readonly lateBy: number;
  readonly bad: number;
  readonly connections: number;
  readonly ordered: boolean;
  readonly retries: number;
  readonly timeout: number;
  readonly drain: number;
  readonly report?: string;
  readonly sentLog?: string;
  readonly check?: URL;
  readonly checkTimeout: number;
  readonly maxP99?: number;
  readonly maxErrorRate?: number;
  readonly key?: string;
  readonly groupSecret?: string;
  readonly checkToken?: string;
}

/**
 * The command line cannot be used: why, or the help that was asked for (`code` 0, already printed).
 */
export class UsageError extends Error {
  constructor(
    message: string,
    readonly code: number,
  ) {
    super(message);
  }
}

const DAY = 86_400_000;
const invalid = (message: string): never => {
  throw new InvalidArgumentError(message);
};

const number =
  (min: number, max: number, whole = false) =>
  (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    return value >= min && value <= max && (!whole || Number.isInteger(value))
      ? value
      : invalid(`It must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}.`);
  };
const whole = (min: number, max: number) => number(min, max, true);
const fraction = (text: string): number => {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return value >= 0 && value <= 1
    ? value
    : invalid('It must be a fraction from 0 to 1, such as 0.05.');
};

const time =
  (min: number, max: number, says: string, bare: 'ms' | 's' = 's') =>
  (text: string): number => {
    const value = parseDuration(text, bare);
    return value !== undefined && value >= min && value <= max
      ? value
      : invalid(
          `It must be a time from ${says}, such as 30s, 5m or 1h; a bare number counts in ${bare === 's' ? 'seconds' : 'milliseconds'}.`,
        );
  };

function url(text: string): URL {
  const value = URL.canParse(text)
    ? new URL(text)
    : invalid('It must be an http or https address, such as http://localhost:8001.');
  if (value.protocol !== 'http:' && value.protocol !== 'https:')
    invalid('It must be an http or https address, such as http://localhost:8001.');
  if (value.search !== '' || value.hash !== '' || value.username !== '')
    invalid('It must have no user name, query or fragment.');
  return value;
}

function brokerUrl(text: string): URL {
  const value = URL.canParse(text) ? new URL(text) : undefined;
  if (!value || !/^(mqtts?|wss?):$/.test(value.protocol) || value.hostname === '')
    return invalid('It must be an MQTT broker, such as mqtt://localhost:1883.');
  if (value.username !== '' || value.password !== '')
    return invalid('It must have no user name: --key says who sends.');
  return value;
}

const topic = (text: string): string =>
  /^[^+#\0]{1,1000}$/.test(text) ? text : invalid('It must be a topic without + and #.');

function moment(text: string): number | 'now' {
  if (text === 'now') return 'now';
  const value = /^\d+$/.test(text)
    ? Number(text)
    : /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text)
      ? Date.parse(text)
      : Number.NaN;
  return Number.isInteger(value) && value > 0 && value < 8.64e15
    ? value
    : invalid(
        'It must be "now", a time with a zone such as 2026-01-31T12:00:00Z, or epoch milliseconds.',
      );
}

function sensorList(text: string): SensorName[] {
  const names = text.split(',').map((name) => name.trim());
  for (const name of names)
    if (!SENSORS.includes(name as SensorName))
      invalid(`"${name}" is not one of ${SENSORS.join(', ')}.`);
  if (new Set(names).size < names.length) invalid('A sensor is named twice.');
  return names as SensorName[];
}

const prefix = (text: string): string =>
  /^[A-Za-z0-9._:-]{0,100}$/.test(text)
    ? text
    : invalid('It must be at most 100 characters of A-Z a-z 0-9 . _ : -');

function command(): Command {
  return new Command('loadgen')
    .description(
      'Sends made-up or recorded readings to the ingestion API and reports how it took them.',
    )
    .option('--base-url <url>', 'the ingestion API', url, new URL('http://localhost:8001'))
    .option(
      '--mqtt <url>',
      'publish at this MQTT broker instead, with QoS 1 in persistent sessions',
      brokerUrl,
    )
    .option('--mqtt-topic <topic>', 'what stands before the device id', topic, 'sensors')
    .optionsGroup('Made-up readings:')
    .option('--devices <n>', 'number of devices', whole(1, 1_000_000), 10)
    .option('--rps <n>', 'readings a second of each device', number(0.000_1, 100_000), 1)
    .addOption(
      new Option('--duration <time>', 'length of the run')
        .argParser(time(100, 7 * DAY, '100ms to 7d'))
        .default(30_000, '30s'),
    )
    .addOption(
      new Option('--ramp <time>', 'from nothing to the full rate in this time')
        .argParser(time(0, 7 * DAY, '0 to 7d'))
        .default(0, 'none'),
    )
    .addOption(
      new Option('--profile <name>', 'how the rate moves about its mean')
        .choices(PROFILES)
        .default('steady'),
    )
    .addOption(
      new Option('--sensors <list>', `of ${SENSORS.join(',')}`)
        .argParser(sensorList)
        .default([...SENSORS], 'all'),
    )
    .option(
      '--spikes <fraction>',
      'readings beyond the default thresholds',
      number(0, MAX_SPIKES),
      0.001,
    )
    .option(
      '--disconnect <fraction>',
      'devices that vanish for a while and send what they kept when they are back',
      fraction,
      0,
    )
    .option('--device-prefix <text>', 'what device ids start with', prefix, 'device-')
    .option(
      '--machines',
      'devices are machines: their readings have signal, status and random data as attributes',
      false,
    )
    .optionsGroup('Recorded readings:')
    .option('--replay <file>', 'NDJSON or NDJSON.gz to send instead')
    .option(
      '--speed <x>',
      'times faster than it was recorded (default: as fast as the target takes it)',
      number(0.001, 1e6),
    )
    .optionsGroup('Both:')
    .option(
      '--until <time>',
      'the time at which the last reading falls (default: replay now, made-up readings start now)',
      moment,
    )
    .option(
      '--seed <n>',
      'the same seed sends the same events (default: chosen and printed)',
      whole(0, 4_294_967_295),
    )
    .option('--duplicates <fraction>', 'readings that are sent twice', fraction, 0)
    .option('--late <fraction>', 'readings that come late', fraction, 0)
    .addOption(
      new Option('--late-by <time>', 'how late at most')
        .argParser(time(1, 30 * DAY, '1ms to 30d'))
        .default(DAY, '1d'),
    )
    .option(
      '--bad <fraction>',
      'readings of which a broken copy is sent too, which must be refused',
      fraction,
      0,
    )
    .optionsGroup('Sending:')
    .option(
      '--batch <n>',
      'readings in a request; 1: POST /ingest, more: POST /ingest/batch',
      whole(1, 10_000),
      1,
    )
    .addOption(
      new Option('--format <name>', 'how a batch is written').choices(FORMATS).default('json'),
    )
    .option('--gzip', 'compress batches', false)
    .option(
      '--connections <n>',
      'connections at most; one request at a time on each',
      whole(1, 4_096),
      64,
    )
    .option(
      '--unordered',
      "let a device's readings overtake each other, for more requests at once than there are devices",
      false,
    )
    .option(
      '--retries <n>',
      'times a request is sent again after no answer, 429 or 5xx (default: 0, in a replay 10)',
      whole(0, 1_000),
    )
    .addOption(
      new Option('--timeout <time>', 'for one answer')
        .argParser(time(10, 600_000, '10ms to 10m'))
        .default(10_000, '10s'),
    )
    .addOption(
      new Option('--drain <time>', 'for what is unanswered when the last reading was due')
        .argParser(time(0, DAY, '0 to 1d'))
        .default(30_000, '30s'),
    )
    .optionsGroup('Who sends (a value of @FILE is read from that file):')
    .addOption(new Option('--key <key>', 'device key for all devices').env('LOADGEN_KEY'))
    .addOption(
      new Option(
        '--group-secret <group:secret>',
        'of an enrolment group: each device has the key that follows from it',
      ).env('LOADGEN_GROUP_SECRET'),
    )
    .optionsGroup('Results:')
    .option('--report <file>', 'write the report as JSON too')
    .option('--sent-log <file>', 'write a line of NDJSON for each event that was accepted')
    .option(
      '--check <url>',
      'ask the dashboard API afterwards whether all accepted readings are counted',
      url,
    )
    .addOption(
      new Option('--check-timeout <time>', 'how long it may take until they are')
        .argParser(time(0, DAY, '0 to 1d'))
        .default(30_000, '30s'),
    )
    .addOption(
      new Option('--check-token <token>', 'service token for --check; @FILE reads it').env(
        'LOADGEN_CHECK_TOKEN',
      ),
    )
    .option(
      '--max-p99 <time>',
      'fail when the p99 latency is above (a bare number: ms)',
      time(0.001, DAY, '1ms to 1d', 'ms'),
    )
    .option(
      '--max-error-rate <fraction>',
      'fail when more than this fraction was not accepted (default: 0)',
      fraction,
    )
    .allowExcessArguments(false);
}

/**
 * Options that only make sense together with, or without, another: [option, what it needs or
 * excludes, why].
 */
const MADE_UP = [
  'devices',
  'rps',
  'duration',
  'ramp',
  'profile',
  'sensors',
  'spikes',
  'disconnect',
  'devicePrefix',
  'machines',
  'drain',
];
/** Options about HTTP. */
const HTTP = ['baseUrl', 'gzip', 'retries', 'timeout', 'groupSecret'];
const flag = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** The first contradiction among the options that were given. */
function contradiction(
  given: ReadonlySet<string>,
  raw: Record<string, unknown>,
): string | undefined {
  const has = (name: string): boolean => given.has(name);
  if (has('replay')) {
    const clash = MADE_UP.find((name) => has(name) && !(name === 'drain' && has('speed')));
    if (clash)
      return `${flag(clash)} describes made-up readings, and --replay sends recorded ones: give one of them`;
  } else if (has('speed'))
    return '--speed is for --replay FILE: give a file too, or set the rate with --rps';
  if ((raw['ramp'] as number) > (raw['duration'] as number))
    return '--ramp is longer than --duration: the full rate would never be reached';
  if (raw['batch'] === 1)
    for (const name of ['gzip', 'format'])
      if (has(name)) return `${flag(name)} is for batches: give --batch N too, with N above 1`;
  if (has('mqtt')) {
    const clash = HTTP.find((name) => has(name));
    if (clash) return `${flag(clash)} is for HTTP, and --mqtt sends by MQTT: give one of them`;
  } else if (has('mqttTopic')) return '--mqtt-topic is for --mqtt URL: give a broker too';
  if (raw['key'] !== undefined && raw['groupSecret'] !== undefined)
    return '--key is for all devices, and --group-secret makes one for each: give one of them';
  if (has('lateBy') && !((raw['late'] as number) > 0))
    return '--late-by says how late the readings of --late are: give --late FRACTION too';
  if (has('checkTimeout') && !has('check'))
    return '--check-timeout is for --check URL: give the address of the dashboard API too';
  return undefined;
}

/**
 * Reads the command line.
 * @param argv the arguments alone; `seed` is the one used when none is given
 * @throws UsageError with a line that names the option and what it may be
 */
export function parseOptions(argv: readonly string[], seed: number): Options {
  let said = '';
  const program = command()
    .exitOverride()
    .configureOutput({ writeErr: (text) => (said += text) });
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) throw new UsageError('', 0);
    throw new UsageError(said.trim() || (error as Error).message, 2);
  }
  const raw = program.opts<Record<string, unknown>>();
  const given = new Set(
    Object.keys(raw).filter((name) => program.getOptionValueSource(name) === 'cli'),
  );
  const wrong = contradiction(given, raw);
  if (wrong) throw new UsageError(`error: ${wrong}`, 2);
  const { unordered, until, ...rest } = raw;
  return {
    seed,
    retries: given.has('replay') ? 10 : 0,
    ...rest,
    ...(typeof until === 'number' && { until }),
    ordered: unordered !== true,
  } as unknown as Options;
}
