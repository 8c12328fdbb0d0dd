import type { ServiceHandle } from '@iot/local-stack';
import type { CaseResult } from '../core/results.js';
import { chosen, measureBesideFloor, type Bench, type BenchContext } from '../run/bench.js';
import type { Sample } from '../run/interleave.js';
import { cpuSeconds, residentMb } from '../run/process-cost.js';
import { closedLoop } from './http-driver.js';
import { startFloor, startIngestion } from './servers.js';
import { WORKLOADS, type Workload } from './workloads.js';

/** What a reading costs the ingestion API, beside the floor. */
export const ingestion: Bench = {
  name: 'ingestion',
  about: 'what a reading costs the ingestion API, beside node:http with the same group commit',
  cases: WORKLOADS.map(({ name }) => name),
  run: async (context) => {
    const { lab, settings } = context;
    await lab.createTopic('bench.ours');
    await lab.createTopic('bench.floor');
    const names = chosen(ingestion.cases, settings);
    const cases: CaseResult[] = [];
    for (const workload of WORKLOADS.filter(({ name }) => names.includes(name)))
      cases.push(...(await measureWorkload(context, workload)));
    await lab.deleteTopics('bench.ours');
    await lab.deleteTopics('bench.floor');
    return { settings: { runs: settings.runs }, cases };
  },
};

async function measureWorkload(context: BenchContext, workload: Workload): Promise<CaseResult[]> {
  const { lab, settings } = context;
  const scaled = { ...workload, requests: workload.requests / (settings.quick ? 10 : 1) };
  const servers = {
    floor: await startFloor(lab, 'bench.floor'),
    ours: await startIngestion(lab, 'bench.ours'),
    nest: workload.byNest && (await startFloor(lab, 'bench.floor', 'nest-floor')),
  };
  try {
    const requests = workload.prepared(Date.now());
    const { floor, ours, nest } = servers;
    const variants = [{ name: workload.name, measure: () => round(ours, requests, scaled) }];
    if (nest)
      variants.push({
        name: `${workload.name}: floor by Nest`,
        measure: () => round(nest, requests, scaled),
      });
    const targets = { [workload.name]: { warm_ratio: workload.atMost } };
    const cases = await measureBesideFloor(
      context,
      () => round(floor, requests, scaled),
      variants,
      { warmUp: true, targets },
    );
    return cases.map((one) =>
      one.name === 'floor' ? { ...one, name: `${workload.name}: floor` } : one,
    );
  } finally {
    await Promise.all([servers.floor.stop(), servers.ours.stop(), servers.nest?.stop()]);
  }
}

/** What the server used for one round of requests. It has been warm since the round before. */
export async function round(
  service: ServiceHandle,
  requests: readonly Buffer[],
  { connections, readingsPerRequest, requests: total }: Workload,
): Promise<Sample> {
  const cpuBefore = cpuSeconds(service.pid);
  const began = performance.now();
  const statuses = await closedLoop(service.port, requests, connections, total);
  const seconds = (performance.now() - began) / 1000;
  if (statuses.get(202) !== total)
    throw new Error(
      `${service.url} answered ${JSON.stringify([...statuses])}; every answer should have been 202`,
    );
  const readings = total * readingsPerRequest;
  const cpu = ((cpuSeconds(service.pid) - cpuBefore) * 1e6) / readings;
  return { warm_cpu_us: cpu, rate: readings / seconds, rss_mb: residentMb(service.pid) };
}
