import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ServiceHandle } from '@iot/local-stack';
import { figuresOf, type CaseResult } from '../core/results.js';
import { sampleText, type Bench, type BenchContext } from '../run/bench.js';
import { interleave, withRatios } from '../run/interleave.js';
import type { LabProcess } from '../run/lab.js';
import { round } from './cost.js';
import { WORKLOADS, type Workload } from './workloads.js';

const TOPIC = 'bench.traced';
/** A folder with another version of this repository, built: it is measured beside this one. */
const BEFORE = process.env['BENCH_BEFORE'] ?? '';
const OFF = 'off';

type Servers = ReadonlyMap<string, ServiceHandle>;

export const traces: Bench = {
  name: 'traces',
  about:
    'what traces cost ingestion: none, one in a hundred, and all of them kept; beside the version in the folder BENCH_BEFORE, if there is one',
  cases: [],
  run: async (context) => {
    const { lab, settings } = context;
    await lab.createTopic(TOPIC);
    const receiver = await startSink();
    const servers = await startServers(context, receiver.url);
    try {
      const cases: CaseResult[] = [];
      for (const workload of WORKLOADS) cases.push(...(await measured(context, servers, workload)));
      return { settings: { runs: settings.runs }, cases };
    } finally {
      await Promise.all([...servers.values()].map((server) => server.stop()));
      receiver.close();
      await lab.deleteTopics(TOPIC);
    }
  },
};

async function startServers({ lab }: BenchContext, url: string): Promise<Servers> {
  const on = (share: string) => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: share,
  });
  const processes: Record<string, LabProcess> = {
    ...(BEFORE && {
      before: { entry: join(BEFORE, 'apps', 'ingestion-api', 'dist', 'main.js') },
    }),
    [OFF]: {},
    'kept 1 %': { env: on('0.01') },
    'kept all': { env: on('1') },
  };
  const started = Object.entries(processes).map(async ([name, { entry, env }]) => {
    const variables = { TELEMETRY_TOPIC: TOPIC, AUTH: 'off', ...env };
    const server = await lab.start('ingestion-api', { ...(entry && { entry }), env: variables });
    return [name, server] as const;
  });
  return new Map(await Promise.all(started));
}

/** Each beside the one that keeps none, in rounds that take turns. */
async function measured(
  { settings, say }: BenchContext,
  servers: Servers,
  workload: Workload,
): Promise<CaseResult[]> {
  const scaled = { ...workload, requests: workload.requests / (settings.quick ? 10 : 1) };
  const requests = workload.prepared(Date.now());
  const variants = [...servers].map(([name, server]) => ({
    name,
    measure: () => round(server, requests, scaled),
  }));
  const samples = await interleave(variants, settings.runs, {
    warmUp: true,
    onSample: (name, run, sample) =>
      say(`${workload.name}, ${name}, run ${run} of ${settings.runs}: ${sampleText(sample)}`),
  });
  const off = samples.get(OFF)!;
  return [...samples].map(([name, runs]) => ({
    name: `${workload.name}, ${name}`,
    figures: figuresOf(name === OFF ? runs : withRatios(runs, off, { warm_cpu_us: 'times_base' })),
  }));
}

/** Takes all that is sent to it, and forgets it. */
async function startSink(): Promise<{ readonly url: string; readonly close: () => void }> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
