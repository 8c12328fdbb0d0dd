import type { ServiceHandle } from '@iot/local-stack';
import type { Backend } from './backend.js';
import { median } from '../core/results.js';
import { cpuSeconds } from '../run/process-cost.js';
import { closedLoop } from './http-driver.js';
import { workloads, type Workload } from './workloads.js';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);

/** CPU µs per reading of the server, and readings per second. */
interface Cost {
  readonly cpuMicros: number;
  readonly perSecond: number;
}

async function round(
  service: ServiceHandle,
  requests: readonly Buffer[],
  { connections, readingsPerRequest, requests: total }: Workload,
): Promise<Cost> {
  const cpuBefore = cpuSeconds(service.pid);
  const began = performance.now();
  const statuses = await closedLoop(service.port, requests, connections, total);
  const seconds = (performance.now() - began) / 1000;
  if (statuses.get(202) !== total)
    throw new Error(`${service.url} answered ${JSON.stringify([...statuses])}; every answer should have been 202`);
  const readings = total * readingsPerRequest;
  return { cpuMicros: ((cpuSeconds(service.pid) - cpuBefore) * 1e6) / readings, perSecond: readings / seconds };
}

/** What one reading costs the server, beside the floor: medians of interleaved rounds. */
export async function measureCost(backend: Backend): Promise<void> {
  await backend.createTopic('bench.ours');
  await backend.createTopic('bench.floor');
  const only = process.env['BENCH_ONLY'];
  console.log(`CPU µs per reading of the server process, medians of ${ROUNDS} rounds\n`);
  console.log(['workload'.padEnd(22), 'floor', 'ours', 'ratio', 'target', 'floor/s', 'ours/s'].map((cell) => cell.padStart(9)).join(''));
  for (const workload of workloads()) {
    if (only && !workload.name.includes(only)) continue;
    const servers = { floor: await backend.floor('bench.floor'), ours: await backend.ours('bench.ours') };
    const costs = { floor: [] as Cost[], ours: [] as Cost[] };
    const requests = workload.prepared();
    for (let i = -1; i < ROUNDS; i++)
      for (const name of ['floor', 'ours'] as const) {
        const cost = await round(servers[name], requests, workload);
        if (i >= 0) costs[name].push(cost);
      }
    await Promise.all([servers.floor.stop(), servers.ours.stop()]);
    const [floor, ours] = [costs.floor, costs.ours].map((rounds) => median(rounds.map(({ cpuMicros }) => cpuMicros))) as [number, number];
    const [floorRate, oursRate] = [costs.floor, costs.ours].map((rounds) => median(rounds.map(({ perSecond }) => perSecond))) as [
      number,
      number,
    ];
    const cells = [
      floor.toFixed(1),
      ours.toFixed(1),
      (ours / floor).toFixed(2),
      `≤ ${workload.atMost}`,
      floorRate.toFixed(0),
      oursRate.toFixed(0),
    ];
    console.log([workload.name.padEnd(22), ...cells].map((cell) => cell.padStart(9)).join(''));
  }
}
