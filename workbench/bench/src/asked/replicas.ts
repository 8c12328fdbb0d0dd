import { setTimeout as delay } from 'node:timers/promises';
import { consumersOf, type ServiceName } from '@iot/register';
import type { ServiceHandle } from '@iot/local-stack';
import type { Lab } from '../run/lab.js';
import type { Platform } from '../run/platform.js';

/** What is on the way of a reading and of a question; the rest takes nothing of this load. */
const NAMES: readonly ServiceName[] = [
  'ingestion-api',
  'dashboard-api',
  ...consumersOf('TELEMETRY_TOPIC').map(({ name }) => name),
];
/** As long as a supervisor takes to see that a process is gone. */
const RESTART_AFTER_MS = 1000;

/** Two processes of each service, as they run behind the front door. */
export class Replicas {
  private turn = 0;
  private readonly restarts: Promise<void>[] = [];
  private readonly restarting = new Set<ServiceName>();
  kills = 0;

  private constructor(private readonly all: ReadonlyMap<ServiceName, readonly ServiceHandle[]>) {}

  static async start(lab: Lab, platform: Platform): Promise<Replicas> {
    const env = { ...platform.env, SESSION_TIMEOUT_MS: '6000', TRUSTED_PROXIES: '127.0.0.1' };
    const all = new Map<ServiceName, readonly ServiceHandle[]>();
    for (const name of NAMES) {
      const one = (): Promise<ServiceHandle> =>
        lab.start(name, { env: { ...env, CONSUMER_GROUP: `${platform.topic}.${name}` } });
      all.set(name, await Promise.all([one(), one()]));
    }
    return new Replicas(all);
  }

  /** @throws when it is not one of those that run here */
  ports(name: ServiceName): [number, number] {
    const [one, other] = this.all.get(name)!;
    return [one!.port, other!.port];
  }

  /** kill -9 of one process of each service, the other one than last time. @param withinMs of all */
  killOneOfEach(withinMs: number): void {
    const turn = this.turn++ % 2;
    const names = [...this.all.keys()];
    for (const [i, name] of names.entries()) {
      const restart = delay((i * withinMs) / names.length).then(() => this.replace(name, turn));
      restart.catch(() => undefined); // It is thrown when it is awaited.
      this.restarts.push(restart);
    }
  }

  /** Not while the other one is away: with none of two nothing can be answered. */
  private async replace(name: ServiceName, turn: number): Promise<void> {
    if (this.restarting.has(name)) return;
    this.restarting.add(name);
    this.kills++;
    const victim = this.all.get(name)![turn]!;
    try {
      await victim.kill();
      await delay(RESTART_AFTER_MS);
      await victim.restart();
    } finally {
      this.restarting.delete(name);
    }
  }

  /** Resolves when all run again. @throws when one does not start */
  async settled(): Promise<void> {
    await Promise.all(this.restarts);
  }

  async stop(): Promise<void> {
    await Promise.allSettled(this.restarts);
    await Promise.all([...this.all.values()].flat().map((service) => service.stop()));
  }
}
