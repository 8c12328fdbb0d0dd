import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { laneCount } from './core/batcher.js';
import type { EventSource, LoadEvent } from './core/event.js';
import { replayEvents } from './core/replay.js';
import { Statistics } from './core/statistics.js';
import { syntheticEvents } from './core/synthetic.js';
import { openRecording } from './input/recording-file.js';
import { parseOptions, UsageError, type Options } from './options.js';
import { HttpTarget } from './output/http-target.js';
import { preflight } from './output/preflight.js';
import { count, showProgress } from './output/progress.js';
import { makeReport, reportText } from './output/report.js';
import { SentLog } from './output/sent-log.js';
import { Runner } from './runner.js';

const PREFLIGHT_MS = 5_000;
const INTERRUPTED = 130;

/** What is going to be sent: the events, how long that takes (ms), and how many devices at what rate. */
interface Plan {
  readonly source: EventSource;
  readonly endMs: number;
  readonly devices: number;
  readonly rate: number;
  readonly openLoop: boolean;
  /** Epoch ms: pass it as --until to send the same events again. */
  readonly until: number;
  readonly what: string;
}

function planOf(options: Options, now: number): Plan {
  const { seed, duplicates, late, bad, lateBy: lateByMs, devices, rps, duration: durationMs } = options;
  if (options.replay !== undefined) {
    const recording = openRecording(options.replay);
    const until = options.until ?? now;
    const { speed } = options;
    const source = replayEvents(recording, { seed, until, speed, duplicates, late, lateByMs, bad });
    const endMs = speed === undefined ? 0 : (recording.last - recording.first) / speed;
    const pace = speed === undefined ? 'as fast as it is taken' : `at ${speed} times its speed`;
    return {
      source,
      endMs,
      devices: recording.devices.length,
      rate: Infinity,
      openLoop: speed !== undefined,
      until,
      what: `replays ${options.replay} ${pace}`,
    };
  }
  const startAt = options.until === undefined ? now : options.until - Math.round(durationMs);
  const { ramp: rampMs, profile, sensors, spikes, disconnect, devicePrefix } = options;
  const plan = {
    seed,
    devices,
    rps,
    durationMs,
    rampMs,
    profile,
    startAt,
    sensors,
    spikes,
    duplicates,
    late,
    lateByMs,
    bad,
    disconnect,
    devicePrefix,
  };
  const what = `sends ${count(devices)} devices × ${rps}/s for ${durationMs / 1000} s`;
  return {
    source: syntheticEvents(plan),
    endMs: durationMs,
    devices,
    rate: devices * rps,
    openLoop: true,
    until: startAt + Math.round(durationMs),
    what,
  };
}

/**
 * Runs the load generator with the arguments of its command line.
 * @returns the exit code: 0 all as it should be, 1 not, 2 the options cannot be used, 130 interrupted
 */
export async function loadgen(argv: readonly string[]): Promise<number> {
  try {
    return await run(parseOptions(argv, randomInt(2 ** 32)));
  } catch (error) {
    if (error instanceof UsageError) {
      if (error.code !== 0) console.error(`${error.message}\nSee --help.`);
      return error.code;
    }
    console.error(`error: ${(error as Error).message}`);
    return 1;
  }
}

async function run(options: Options): Promise<number> {
  const { baseUrl, seed, batch, connections, retries } = options;
  const now = Date.now();
  const plan = planOf(options, now);
  const down = await preflight(baseUrl, Math.min(PREFLIGHT_MS, options.timeout));
  if (down) throw new Error(down);
  const sentLog = options.sentLog === undefined ? undefined : await SentLog.open(options.sentLog);

  const batched = batch > 1;
  const target = new HttpTarget({
    baseUrl,
    connections,
    timeoutMs: options.timeout,
    batched,
    ndjson: options.format === 'ndjson',
    gzip: options.gzip,
  });
  const statistics = new Statistics();
  const lanes = options.ordered ? laneCount(connections, plan.devices, plan.rate, batch) : 1;
  const perLane = options.ordered ? 1 : connections;
  const { openLoop, endMs } = plan;
  const accepted = sentLog ? (event: LoadEvent): void => sentLog.add(event) : undefined;
  const runner = new Runner(
    plan.source,
    target,
    statistics,
    { lanes, perLane, batch, format: options.format, retries, seed, openLoop, endMs, drainMs: options.drain },
    accepted,
  );

  const until = new Date(plan.until).toISOString();
  console.error(`${plan.what} to ${baseUrl.href.replace(/\/$/, '')}; the same events again: --seed ${seed} --until ${until}`);
  const interrupt = (): void => {
    if (runner.interrupted) process.exit(INTERRUPTED);
    runner.interrupt();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const endProgress = showProgress(runner, statistics, process.stderr);
  const cpu = process.cpuUsage();
  await runner.run();
  endProgress();
  const seconds = runner.elapsed / 1000;
  const { user, system } = process.cpuUsage(cpu);
  process.off('SIGINT', interrupt).off('SIGTERM', interrupt);

  const cpuSeconds = (user + system) / 1e6;
  const report = makeReport(statistics, {
    command: `loadgen ${process.argv.slice(2).join(' ')}`,
    target: baseUrl.href,
    seed,
    until,
    started_at: new Date(now).toISOString(),
    seconds,
    interrupted: runner.interrupted,
    generator: { cpuSeconds, cpuShare: cpuSeconds / seconds, rssMegabytes: process.memoryUsage.rss() / 2 ** 20 },
    openLoop,
    maxP99: options.maxP99,
    maxErrorRate: options.maxErrorRate,
  });
  console.log(reportText(report));
  await sentLog?.close();
  if (options.report !== undefined) writeFileSync(options.report, `${JSON.stringify(report, null, 2)}\n`);
  return report.interrupted ? INTERRUPTED : report.ok ? 0 : 1;
}
