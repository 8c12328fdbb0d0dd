import { join } from 'node:path';
import type { ServiceHandle } from '@iot/local-stack';
import { percentile } from '../core/results.js';
import { measureBesideFloor, sizeOf, type Bench } from '../run/bench.js';
import type { Sample } from '../run/interleave.js';
import { cpuSeconds, residentMb } from '../run/process-cost.js';
import { Feeder, publishPacket } from './feeder.js';

const MESSAGES = 200_000;
const MOST_UNDER_WAY = 1900;
/** Half of what one gateway should take. */
const PACED = 5000;
const PACED_SECONDS = 5;
const DEVICES = 1000;
const PREPARED = 10_000;
const TARGETS = { warm_cpu_us: 15, warm_ratio: 1.3, rate: 10_000, p99_ms: 50 };

/** What a message costs the MQTT gateway, beside the floor. */
export const mqttGateway: Bench = {
  name: 'mqtt-gateway',
  about: 'what a message costs the MQTT gateway, beside the same client with the same group commit',
  cases: ['gateway'],
  run: async (context) => {
    const { lab, settings } = context;
    const messages = sizeOf(settings, MESSAGES);
    const packets = prepared(Date.now());
    const [forFloor, forOurs] = [await Feeder.listen(), await Feeder.listen()];
    for (const topic of ['bench.floor', 'bench.ours']) await lab.createTopic(topic);
    const env = (feeder: Feeder, topic: string): Record<string, string> => ({
      MQTT_URL: feeder.url,
      MQTT_PROTOCOL: '3.1.1',
      TELEMETRY_TOPIC: topic,
      DLQ_TOPIC: `${topic}.dlq`,
      MQTT_JOURNAL_TOPIC: `${topic}.mqtt`,
      PRODUCER_SENDS_IN_FLIGHT: '1',
      PRODUCER_MAX_RECORDS: '1000',
    });
    const both = Promise.all([forFloor.ready(), forOurs.ready()]);
    const floor = await lab.start('floor', {
      entry: join(import.meta.dirname, 'floor.js'),
      env: env(forFloor, 'bench.floor'),
    });
    const ours = await lab.start('mqtt-gateway', { env: env(forOurs, 'bench.ours') });
    try {
      await both;
      const cases = await measureBesideFloor(
        context,
        () => round(floor, forFloor, packets, messages),
        [{ name: 'gateway', measure: () => round(ours, forOurs, packets, messages) }],
        { warmUp: true, targets: { gateway: TARGETS } },
      );
      return { settings: { runs: settings.runs, messages, paced: PACED }, cases };
    } finally {
      await Promise.all([floor.stop(), ours.stop(), forFloor.close(), forOurs.close()]);
      for (const topic of ['bench.floor', 'bench.ours']) await lab.deleteTopics(topic);
    }
  },
};

async function round(
  { pid }: ServiceHandle,
  feeder: Feeder,
  packets: readonly Buffer[],
  messages: number,
): Promise<Sample> {
  const before = cpuSeconds(pid);
  const ms = await feeder.feed(packets, messages, MOST_UNDER_WAY);
  const cpu = ((cpuSeconds(pid) - before) * 1e6) / messages;
  const latencies = await feeder.pace(packets, PACED, PACED_SECONDS);
  return {
    warm_cpu_us: cpu,
    rate: (messages / ms) * 1000,
    rss_mb: residentMb(pid),
    p50_ms: percentile(latencies, 0.5),
    p99_ms: percentile(latencies, 0.99),
  };
}

/** Readings of a fleet, as the replaced system sent them, each with its time. */
const prepared = (now: number): Buffer[] =>
  Array.from({ length: PREPARED }, (_, i) => {
    const device_id = `device${i % DEVICES}`;
    const reading = {
      device_id,
      ts: now - PREPARED + i,
      temperature: 20 + (i % 100) / 10,
      humidity: 40 + (i % 50),
      voltage: 220 + (i % 20),
      current: (i % 80) / 10,
      pressure: 1000 + (i % 30),
    };
    return publishPacket(`sensors/${device_id}`, JSON.stringify(reading));
  });
