import { spawn } from 'node:child_process';
import { workspaceRoot } from '@iot/local-stack';
import { type Platform, WORKERS } from '../platform.js';

/** What `telemetryctl verify` says: its exit code and its JSON. */
export async function verify(
  platform: Platform,
): Promise<{ code: number | null; report: Record<string, unknown>; text: string }> {
  const child = spawn(
    process.execPath,
    ['tools/telemetryctl/dist/main.js', 'verify', '--json', '--wait', '120'],
    {
      cwd: workspaceRoot(),
      env: { ...process.env, NODE_OPTIONS: '', ...platform.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let out = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4000)));
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  try {
    return { code, report: JSON.parse(out) as Record<string, unknown>, text: out };
  } catch {
    throw new Error(
      `verify ended with ${code} and printed no JSON:\n${out.slice(0, 2000)}\n${errors}`,
    );
  }
}

/**
 * Highest consumer lag of the workers, in seconds; Infinity while one is not ready, does not know
 * the lag of a partition that it has, or has more records before it than arrive in a second.
 */
export async function lagSeconds(platform: Platform, recordsPerSecond: number): Promise<number> {
  let highest = 0;
  for (const name of WORKERS) {
    const { url } = platform.services[name];
    try {
      if (!(await fetch(`${url}/health/ready`)).ok) return Infinity;
      const metrics = await (await fetch(`${url}/metrics`)).text();
      const values = (metric: string): number[] =>
        [
          ...metrics.matchAll(
            new RegExp(`^${metric}\\{[^}]*topic="telemetry\\.raw"[^}]*\\} (\\S+)$`, 'gm'),
          ),
        ].map(([, value]) => Number(value));
      const [assigned] = values('consumer_assigned_partitions');
      const records = values('consumer_lag_records');
      if (
        assigned === undefined ||
        records.length < assigned ||
        records.reduce((sum, n) => sum + n, 0) > recordsPerSecond
      )
        return Infinity;
      highest = Math.max(highest, ...values('consumer_lag_seconds'));
    } catch {
      return Infinity;
    }
  }
  return highest;
}

/** Ids of acknowledged events that are not stored. */
export async function missingOf(platform: Platform, ids: ReadonlySet<string>): Promise<string[]> {
  const stored = new Set<string>();
  for await (const { event_id } of platform.db
    .collection<{ event_id: string }>('telemetry_raw')
    .find({}, { projection: { event_id: 1 }, batchSize: 10_000 }))
    stored.add(event_id);
  return [...ids].filter((id) => !stored.has(id));
}
