import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { basePlan } from '../backlog/aggregator.js';
import { Backlog } from '../backlog/backlog.js';
import { figuresOf, type CaseResult } from '../core/results.js';
import { chosen, sampleText, sizeOf, type Bench, type BenchContext } from '../run/bench.js';
import { interleave, withRatios, type Variant } from '../run/interleave.js';
import type { LabProcess } from '../run/lab.js';
import { round } from '../ingestion/cost.js';
import { WORKLOADS, type Workload } from '../ingestion/workloads.js';

const TOPIC = 'bench.traced';
/** A folder with another version of this repository, built: it is measured beside this one. */
const BEFORE = process.env['BENCH_BEFORE'] ?? '';
const OFF = 'off';

const INGESTION = WORKLOADS.map(({ name }) => name);
const AGGREGATOR = 'aggregator 1m';

export const traces: Bench = {
  name: 'traces',
  about:
    'what traces cost ingestion and the aggregator: none, one in a hundred, and all of them kept; beside the version in the folder BENCH_BEFORE, if there is one',
  cases: [...INGESTION, AGGREGATOR],
  apart: true,
  run: async (context) => {
    const { settings } = context;
    const names = chosen(traces.cases, settings);
    const sink = await startSink();
    try {
      const cases: CaseResult[] = [];
      const workloads = WORKLOADS.filter(({ name }) => names.includes(name));
      if (workloads.length > 0) cases.push(...(await ofIngestion(context, sink.url, workloads)));
      if (names.includes(AGGREGATOR)) cases.push(...(await ofAggregator(context, sink.url)));
      return { settings: { runs: settings.runs }, cases };
    } finally {
      sink.close();
    }
  },
};

/** The ways in which a service is started to be measured. @param url of the receiver */
function waysOf(service: string, url: string): [name: string, how: LabProcess][] {
  const on = (share: string): LabProcess => ({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: share,
    },
  });
  const before = { entry: join(BEFORE, 'apps', service, 'dist', 'main.js') };
  return [
    ...(BEFORE ? [['before', before] as [string, LabProcess]] : []),
    [OFF, {}],
    // What two processes of the same differ by, so that it is not taken for what traces cost.
    ['off again', {}],
    ['kept 1 %', on('0.01')],
    ['kept all', on('1')],
  ];
}

async function ofIngestion(
  context: BenchContext,
  url: string,
  workloads: readonly Workload[],
): Promise<CaseResult[]> {
  const { lab, settings } = context;
  await lab.createTopic(TOPIC);
  const started = waysOf('ingestion-api', url).map(async ([name, { entry, env }]) => {
    const variables = { TELEMETRY_TOPIC: TOPIC, AUTH: 'off', ...env };
    const server = await lab.start('ingestion-api', { ...(entry && { entry }), env: variables });
    return [name, server] as const;
  });
  const servers = await Promise.all(started);
  try {
    const cases: CaseResult[] = [];
    for (const workload of workloads) {
      const scaled = { ...workload, requests: workload.requests / (settings.quick ? 10 : 1) };
      const requests = workload.prepared(Date.now());
      const variants = servers.map(([name, server]) => ({
        name,
        measure: () => round(server, requests, scaled),
      }));
      cases.push(...(await besideOff(context, workload.name, variants, true)));
    }
    return cases;
  } finally {
    await Promise.all(servers.map(([, server]) => server.stop()));
    await lab.deleteTopics(TOPIC);
  }
}

async function ofAggregator(context: BenchContext, url: string): Promise<CaseResult[]> {
  const backlog = await Backlog.produce(context.lab, basePlan(sizeOf(context.settings, 1_000_000)));
  const variants = waysOf('aggregator-worker', url).map(([name, how]) => ({
    name,
    measure: backlog.aggregator(['1m'], how),
  }));
  const cases = await besideOff(context, AGGREGATOR, variants, false);
  await backlog.remove();
  return cases;
}

/** Each beside the one that keeps none, in rounds that take turns. */
async function besideOff(
  { settings, say }: BenchContext,
  what: string,
  variants: readonly Variant[],
  warmUp: boolean,
): Promise<CaseResult[]> {
  const samples = await interleave(variants, settings.runs, {
    warmUp,
    onSample: (name, run, sample) =>
      say(`${what}, ${name}, run ${run} of ${settings.runs}: ${sampleText(sample)}`),
  });
  const off = samples.get(OFF)!;
  return [...samples].map(([name, runs]) => ({
    name: `${what}, ${name}`,
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
