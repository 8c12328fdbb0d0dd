import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { freePorts, serviceProcess, workspaceRoot, type ServiceHandle } from '@iot/local-stack';
import { lagSeconds, missingOf, verify } from './faults/account.js';
import { FAULTS, type Fault } from './faults/faults.js';
import { Load } from './faults/load.js';
import { type Platform, SERVICES, type ServiceName, startPlatform } from './platform.js';
import { randomOf } from './random.js';
import { growthOf, type Course, type Sample } from './soak/course.js';
import { faultOrder } from './soak/fault-order.js';
import { picture } from './soak/picture.js';
import { reportText } from './soak/report.js';

/** `npm run soak` sets these; without it the test is skipped, as its shortest form takes minutes. */
const MINUTES = Number(process.env['SOAK_MINUTES'] ?? 0);
const SEED = Number(process.env['SOAK_SEED'] ?? 7);
const REPORT = resolve(workspaceRoot(), process.env['SOAK_REPORT'] ?? 'test-results/soak.md');
const EVENTS_PER_SECOND = Number(process.env['SOAK_RATE'] ?? 200);
const SAMPLE_EVERY_MS = 5000;
const PAUSE_MS = 5000;
const RECOVERY_LIMIT_S = 120;

// A second try would take as long again, and what failed once in an hour has failed.
jest.retryTimes(0);

type Lagged = Course['lag'][number];
type Incident = Course['faults'][number];

/** Another process of every service: the one that faults end. */
async function startSecond(platform: Platform): Promise<Platform> {
  const ports = await freePorts(SERVICES.length);
  const services = Object.fromEntries(
    SERVICES.map((name, i) => {
      const logFile = join(platform.dataDir, `${name}-2.log`);
      return [name, serviceProcess({ name, port: ports[i]!, env: platform.env, logFile })];
    }),
  ) as Record<ServiceName, ServiceHandle>;
  await Promise.all(Object.values(services).map((service) => service.process.start()));
  return { ...platform, services };
}

/** @throws while the process does not answer */
async function sampleOf(service: ServiceHandle, seconds: number): Promise<Sample> {
  const text = await (
    await fetch(`${service.url}/metrics`, { signal: AbortSignal.timeout(3000) })
  ).text();
  const value = (name: string): number =>
    Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? NaN);
  const young = /^nodejs_heap_space_size_total_bytes\{[^}]*space="new"[^}]*\} (\S+)$/m.exec(text);
  return {
    seconds,
    rssBytes: value('process_resident_memory_bytes'),
    youngBytes: Number(young?.[1] ?? NaN),
    handles: value('process_open_fds'),
  };
}

(MINUTES > 0 ? it : it.skip)(
  'soak: nothing lost, nothing twice, memory level',
  async () => {
    const first = await startPlatform();
    let second: Platform | undefined;
    const restarts: Record<string, number> = {};
    try {
      second = await startSecond(first);
      const victims = second;
      for (const [name, service] of Object.entries(victims.services))
        service.process.on('exit', () => (restarts[name] = (restarts[name] ?? 0) + 1));
      const ended: string[] = [];
      for (const [name, service] of Object.entries(first.services))
        service.process.on('exit', ({ code, signal }) => ended.push(`${name}: ${code ?? signal}`));
      const behind = async (): Promise<number> =>
        Math.max(
          ...(await Promise.all([first, victims].map((one) => lagSeconds(one, EVENTS_PER_SECOND)))),
        );
      const load = { eventsPerSecond: EVENTS_PER_SECOND / 2, batch: 20 };
      const loads = [
        Load.start(first, { ...load, seed: SEED }),
        Load.start(victims, { ...load, seed: SEED + 1 }),
      ];
      const began = performance.now();
      const now = (): number => (performance.now() - began) / 1000;
      const samples: Record<string, Sample[]> = {};
      const lag: Lagged[] = [];
      const faults: Incident[] = [];
      let over = false;

      const watch = async (): Promise<void> => {
        while (!over) {
          for (const name of SERVICES) {
            const sample = await sampleOf(first.services[name], now()).catch(() => undefined);
            if (sample) (samples[name] ??= []).push(sample);
          }
          const seconds = await behind();
          lag.push({ seconds: now(), lagSeconds: Number.isFinite(seconds) ? seconds : null });
          await delay(SAMPLE_EVERY_MS);
        }
      };
      const recovered = async (): Promise<number> => {
        const from = now();
        while ((await behind()) > 1 && now() - from < RECOVERY_LIMIT_S) await delay(200);
        return now() - from;
      };
      const harm = async ({ name, inject }: Fault): Promise<void> => {
        const from = now();
        const error = await inject(victims, false).then(
          () => undefined,
          (reason: unknown) => String(reason),
        );
        const to = now();
        const recovery = await recovered();
        faults.push({ name, from, to, recovery, ...(error !== undefined && { error }) });
        console.log(
          `${(to / 60).toFixed(1)} min: ${name}, over its lag in ${recovery.toFixed(1)} s ${error ?? ''}`,
        );
      };

      const watching = watch();
      await recovered();
      for (const fault of faultOrder(FAULTS, randomOf(SEED))) {
        await harm(fault);
        await delay(PAUSE_MS);
        if (now() > MINUTES * 60) break;
      }
      await Promise.all(loads.map((one) => one.end()));
      over = true;
      await watching;

      const taken = await Promise.all(loads.map((one) => one.acknowledged()));
      const ids = new Set(taken.flatMap((one) => [...one.ids]));
      const { report, text } = await verify(first);
      const missing = await missingOf(first, ids);
      const discrepancies = Number(report['discrepancies'] ?? NaN);
      const course: Course = {
        minutes: Math.max(MINUTES, Math.ceil(now() / 60)),
        samples,
        lag,
        faults,
        restarts,
      };
      const image = basename(REPORT).replace(/\.md$/, '.svg');
      mkdirSync(dirname(REPORT), { recursive: true });
      writeFileSync(join(dirname(REPORT), image), picture(course));
      writeFileSync(
        REPORT,
        reportText(
          course,
          {
            minutes: MINUTES,
            seed: SEED,
            eventsPerSecond: EVENTS_PER_SECOND,
            acknowledged: taken.reduce((sum, { count }) => sum + count, 0),
            distinct: ids.size,
            missing: missing.length,
            discrepancies,
          },
          image,
        ),
      );
      console.log(`report: ${REPORT}`);
      expect({ missing: missing.slice(0, 5), discrepancies }).toEqual({
        missing: [],
        discrepancies: 0,
      });
      if (discrepancies !== 0) throw new Error(text.slice(0, 4000));
      expect(ended).toEqual([]);
      expect(faults.filter(({ error }) => error !== undefined)).toEqual([]);
      expect(faults.filter(({ recovery }) => recovery >= RECOVERY_LIMIT_S)).toEqual([]);
      const grown = Object.entries(samples).filter(([, own]) => growthOf(own)?.tooMuch);
      expect(grown.map(([name, own]) => [name, growthOf(own)])).toEqual([]);
    } finally {
      if (second) await Promise.all(Object.values(second.services).map((one) => one.stop()));
      await first.stop();
    }
  },
  (MINUTES + 15) * 60_000,
);
