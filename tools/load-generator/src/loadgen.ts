import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import {
  authorizationOf,
  type AuthorizationOf,
  secretOf,
  withoutSecrets,
} from './authorization.js';
import { check, checkText, countsBefore, type CheckResult } from './check.js';
import { laneCount } from './core/batcher.js';
import type { EventSource, LoadEvent } from './core/event.js';
import { Ledger } from './core/ledger.js';
import { Statistics } from './core/statistics.js';
import { parseOptions, UsageError, type Options } from './options.js';
import { Dashboard } from './output/dashboard.js';
import { HttpTarget } from './output/http-target.js';
import { MqttTarget } from './output/mqtt-target.js';
import { preflight } from './output/preflight.js';
import { showProgress } from './output/progress.js';
import { makeReport, reportText, type Report } from './output/report.js';
import { print, say } from './output/terminal.js';
import { SentLog } from './output/sent-log.js';
import { planOf, type Plan } from './plan.js';
import { Runner, type Target } from './runner.js';

const PREFLIGHT_MS = 5_000;
const INTERRUPTED = 130;
const MINUTE = 60_000;
const TURN_MS = 10;
/** Messages of a lane that have no acknowledgement yet, at most. */
const MQTT_UNDER_WAY = 100;
/** Sessions at a broker, at most. */
const MQTT_CONNECTIONS = 16;

/**
 * Runs the load generator with the arguments of its command line.
 * @returns the exit code: 0 all as it should be, 1 not, 2 the options cannot be used, 130
 *   interrupted
 */
export async function loadgen(argv: readonly string[]): Promise<number> {
  try {
    return await run(parseOptions(argv, randomInt(2 ** 32)), argv);
  } catch (error) {
    if (error instanceof UsageError) {
      if (error.code !== 0) say(`${error.message}\nSee --help.`);
      return error.code;
    }
    say(`error: ${(error as Error).message}`);
    return 1;
  }
}

async function run(options: Options, argv: readonly string[]): Promise<number> {
  const startedAt = Date.now();
  const plan = planOf(options, startedAt);
  const authorization = authorizationOf(options);
  const shown = (options.mqtt ?? options.baseUrl).href;
  const target = await targetOf(options, authorization?.(plan.devices[0] ?? ''));
  const saveReport = reportFile(options.report);
  const sentLog = options.sentLog === undefined ? undefined : await SentLog.open(options.sentLog);
  const checking =
    options.check === undefined ? undefined : await prepareCheck(options, options.check, plan);

  say(
    `${plan.what} to ${shown}; the same events again: --seed ${options.seed} --until ${new Date(plan.until).toISOString()}`,
  );
  const accepted = listeners(
    sentLog && ((event) => sentLog.add(event)),
    checking && ((event) => checking.ledger.add(event)),
  );
  const report = await send(options, plan, target, authorization, accepted, {
    command: ['loadgen', ...withoutSecrets(argv)].join(' '),
    started_at: new Date(startedAt).toISOString(),
  });
  print(reportText(report));
  await sentLog?.close();
  if (checking) {
    report.check = await checking.finish(report, options.checkTimeout);
    report.ok &&= report.check.ok;
  }
  saveReport(report);
  return report.interrupted ? INTERRUPTED : report.ok ? 0 : 1;
}

/** Where to send, once it is there. @throws Error that says what is wrong with it */
async function targetOf(options: Options, authorization: string | undefined): Promise<Target> {
  const { baseUrl, mqtt, mqttTopic, batch, connections, timeout: timeoutMs, key, seed } = options;
  const within = Math.min(PREFLIGHT_MS, timeoutMs);
  if (mqtt)
    return MqttTarget.connect({
      url: mqtt,
      topic: mqttTopic,
      connections: Math.min(connections, MQTT_CONNECTIONS),
      seed,
      key: key === undefined ? undefined : secretOf('--key', key),
      withinMs: within,
    });
  const down = await preflight(baseUrl, within, authorization);
  if (down) throw new Error(down);
  const { format, gzip } = options;
  return new HttpTarget({
    baseUrl,
    connections,
    timeoutMs,
    batched: batch > 1,
    ndjson: format === 'ndjson',
    gzip,
  });
}

/** A source without what is broken in one way. */
const withoutBad = (source: EventSource, bad: string): EventSource => ({
  next() {
    let event = source.next();
    while (event?.bad === bad) event = source.next();
    return event;
  },
});

/** Sends everything, with a progress line; an interruption ends it early, a second one at once. */
async function send(
  options: Options,
  plan: Plan,
  target: Target,
  authorization: AuthorizationOf | undefined,
  accepted: ((event: LoadEvent) => void) | undefined,
  about: Pick<Report, 'command' | 'started_at'>,
): Promise<Report> {
  const {
    baseUrl,
    mqtt,
    batch,
    connections,
    format,
    retries,
    seed,
    maxP99,
    maxErrorRate,
    drain: drainMs,
  } = options;
  const { openLoop, endMs } = plan;
  const statistics = new Statistics();
  const devices = plan.devices.length;
  const lanes =
    batch > 1 && (options.groupSecret !== undefined || mqtt)
      ? // A request has one key, or one topic, which is for one device.
        devices
      : options.ordered
        ? laneCount(connections, devices, plan.rate, batch)
        : 1;
  // A session at a broker keeps the order of what is under way.
  const perLane = mqtt ? MQTT_UNDER_WAY : options.ordered ? 1 : connections;
  const runner = new Runner(
    mqtt ? withoutBad(plan.source, 'no device_id') : plan.source,
    target,
    statistics,
    {
      lanes,
      perLane,
      batch,
      format,
      retries,
      seed,
      openLoop,
      endMs,
      drainMs,
      blind: mqtt !== undefined,
      authorization,
    },
    accepted,
  );
  const interrupt = (): void => {
    if (runner.interrupted) process.exit(INTERRUPTED);
    runner.interrupt();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const endProgress = showProgress(runner, statistics, process.stderr);
  const cpu = process.cpuUsage();
  const turns = monitorEventLoopDelay({ resolution: TURN_MS });
  turns.enable();
  await runner.run();
  const seconds = runner.elapsed / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const cpuSeconds = (user + system) / 1e6;
  turns.disable();
  endProgress();
  process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  return makeReport(statistics, {
    ...about,
    target: (mqtt ?? baseUrl).href,
    seed,
    until: new Date(plan.until).toISOString(),
    seconds,
    interrupted: runner.interrupted,
    generator: {
      cpuSeconds,
      cpuShare: cpuSeconds / seconds,
      rssMegabytes: process.memoryUsage.rss() / 2 ** 20,
      latenessP99: Math.max(0, turns.percentile(99) / 1e6 - TURN_MS),
    },
    openLoop,
    maxP99,
    maxErrorRate,
  });
}

/** One function that calls those of `all` that there are; undefined when there is none. */
function listeners(
  ...all: (((event: LoadEvent) => void) | undefined)[]
): ((event: LoadEvent) => void) | undefined {
  const present = all.filter((one) => one !== undefined);
  if (present.length < 2) return present[0];
  return (event) => {
    for (const one of present) one(event);
  };
}

/** Makes sure before the run that the report can be written. */
function reportFile(file: string | undefined): (report: Report) => void {
  if (file === undefined) return () => {};
  const write = (text: string): void => {
    try {
      writeFileSync(file, text);
    } catch (error) {
      throw new Error(`--report: cannot write ${file}: ${(error as Error).message}`);
    }
  };
  write('');
  return (report) => write(`${JSON.stringify(report, null, 2)}\n`);
}

/** Notes what the dashboard counts before the run. */
async function prepareCheck(
  { checkToken }: Options,
  url: URL,
  plan: Plan,
): Promise<{
  ledger: Ledger;
  finish: (
    report: Report,
    timeoutMs: number,
  ) => Promise<CheckResult | { ok: false; error: string }>;
}> {
  const range = {
    from: Math.floor(plan.from / MINUTE) * MINUTE,
    to: (Math.floor(plan.until / MINUTE) + 1) * MINUTE,
  };
  const token = checkToken === undefined ? undefined : secretOf('--check-token', checkToken);
  const dashboard = new Dashboard(url, range, token);
  const ledger = new Ledger();
  const before = await countsBefore(dashboard, plan.devices);
  return {
    ledger,
    async finish({ interrupted, events }, timeoutMs) {
      try {
        if (interrupted) throw new Error('--check: not made, as the run was interrupted');
        const result = await check(dashboard, ledger, before, events.failed === 0, timeoutMs);
        print(checkText(result));
        return result;
      } catch (error) {
        print((error as Error).message);
        return { ok: false, error: (error as Error).message };
      } finally {
        await dashboard.close();
      }
    },
  };
}
