import { withinDeadline } from '@iot/resilience';

/**
 * A thing that readiness depends on. `check` resolves when it is well and rejects with a reason
 * when not.
 */
export interface HealthCheck {
  readonly name: string;
  check(): Promise<void> | void;
}

export interface CheckResult {
  readonly name: string;
  readonly status: 'up' | 'down';
  readonly reason?: string;
}

const CHECK_TIMEOUT_MS = 2000;
/** Probes and people may ask at any rate; the backends are asked at most this often. */
const CACHE_MS = 1000;

/** Whether the process may be sent work. */
export class Health {
  private readonly checks: HealthCheck[] = [];
  private cached: { at: number; results: Promise<CheckResult[]> } | undefined;
  private ending = false;
  private readonly onStop: (() => void)[] = [];

  add(check: HealthCheck): void {
    this.checks.push(check);
  }

  /** True once the process is ending: it still works, and wants no more than what it has. */
  get stopping(): boolean {
    return this.ending;
  }

  /** Told when readiness goes off for good. */
  whenStopping(told: () => void): void {
    this.onStop.push(told);
  }

  /** Readiness off for good: the process is ending. */
  stop(): void {
    this.ending = true;
    this.cached = undefined;
    for (const told of this.onStop) told();
  }

  async ready(now = Date.now()): Promise<{ ready: boolean; checks: CheckResult[] }> {
    if (this.ending)
      return {
        ready: false,
        checks: [{ name: 'process', status: 'down', reason: 'shutting down' }],
      };
    const checks = await this.results(now);
    return { ready: !this.ending && checks.every(({ status }) => status === 'up'), checks };
  }

  /** What each check says, whether or not the process is ending. */
  results(now = Date.now()): Promise<CheckResult[]> {
    if (!this.cached || now - this.cached.at >= CACHE_MS)
      this.cached = { at: now, results: Promise.all(this.checks.map(run)) };
    return this.cached.results;
  }
}

async function run(of: HealthCheck): Promise<CheckResult> {
  try {
    await withinDeadline(
      CHECK_TIMEOUT_MS,
      Promise.resolve().then(() => of.check()),
    );
    return { name: of.name, status: 'up' };
  } catch (error) {
    return { name: of.name, status: 'down', reason: (error as Error).message };
  }
}
