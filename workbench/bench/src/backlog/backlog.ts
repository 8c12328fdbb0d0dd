import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Db } from 'mongodb';
import { extraSensors, type BacklogPlan } from '../core/backlog-plan.js';
import { expectedRows, type Expected } from '../core/expected-rows.js';
import type { Sample, Variant } from '../run/interleave.js';
import type { Lab, LabProcess } from '../run/lab.js';
import { wrongRows } from './check-rows.js';
import { measureDrain, metricValue } from './drain.js';
import { produceBacklog } from './produce.js';

const FLOOR = join(import.meta.dirname, 'floor.js');

/**
 * A backlog in a topic of its own, and the ways to drain it. Each drain has a database and starts
 * at the beginning.
 */
export class Backlog {
  private readonly expected = new Map<string, Expected>();

  private constructor(
    private readonly lab: Lab,
    readonly topic: string,
    readonly plan: BacklogPlan,
  ) {}

  static async produce(lab: Lab, plan: BacklogPlan): Promise<Backlog> {
    const topic = `bench.${randomUUID().slice(0, 8)}`;
    await lab.createTopic(topic);
    await produceBacklog(lab, topic, plan);
    return new Backlog(lab, topic, plan);
  }

  /** kafkajs eachBatch, JSON.parse and insertMany of the same documents. */
  readonly storeFloor: Variant['measure'] = () =>
    this.inDatabase((env) => {
      const wrong = async (): Promise<string | undefined> => {
        const stored = await env.db.collection('telemetry_raw').estimatedDocumentCount();
        return stored === this.plan.events ? undefined : `${stored} events are stored`;
      };
      return measureDrain({
        ...this.common('floor'),
        wrong,
        start: () => this.lab.start('floor', { entry: FLOOR, env: env.variables }),
      });
    });

  /** kafkajs eachBatch and JSON.parse. */
  readonly parseFloor: Variant['measure'] = async () => {
    const start = () => this.lab.start('floor', { entry: FLOOR, env: this.variables('floor') });
    return (await measureDrain({ ...this.common('floor'), start })).sample;
  };

  /**
   * The aggregator-worker with these window sizes, whose rows are checked afterwards.
   * @param how else it is started
   */
  aggregator(windows: readonly string[], how: LabProcess = {}): Variant['measure'] {
    return () =>
      this.inDatabase(async ({ db, variables }) => {
        const key = windows.join();
        const expected = this.expected.get(key) ?? expectedRows(this.plan, windows);
        this.expected.set(key, expected);
        const { sample, metrics } = await measureDrain({
          ...this.common('aggregator-worker'),
          wrong: () => wrongRows(db, expected),
          start: () =>
            this.lab.start('aggregator-worker', {
              ...how,
              env: {
                ...variables,
                CONSUMER_GROUP: 'aggregator-worker',
                WINDOWS: key,
                ...sensorsFile(this.lab, this.plan.sensors),
                ...how.env,
              },
            }),
        });
        return {
          sample: {
            ...sample,
            row_writes: metricValue(metrics, 'rollup_rows_written_total') / this.plan.events,
          },
          metrics,
        };
      });
  }

  /**
   * The alerts-worker, which must raise no alert and know every device in the end.
   * @param rules besides the thresholds
   */
  alerts(rules: readonly { readonly name: string }[] = []): Variant['measure'] {
    return () => this.inDatabase((target) => this.alertsIn(target, rules));
  }

  private async alertsIn(
    { db, variables }: { db: Db; variables: Record<string, string> },
    rules: readonly { readonly name: string }[],
  ): Promise<{ sample: Sample }> {
    if (rules.length > 0)
      await db
        .collection<{ _id: string }>('alert_rules')
        .insertMany(rules.map((rule) => ({ _id: rule.name, version: 1, rule, origin: 'api' })));
    const wrong = async (): Promise<string | undefined> => {
      const alerts = await db.collection('alerts').estimatedDocumentCount();
      const devices = await db.collection('alert_states').estimatedDocumentCount();
      if (alerts > 0) return `${alerts} alerts were raised, and no reading violates a threshold`;
      return devices === this.plan.devices
        ? undefined
        : `the state of ${devices} devices is stored instead of ${this.plan.devices}`;
    };
    const env = { ...variables, CONSUMER_GROUP: 'alerts-worker' };
    return measureDrain({
      ...this.common('alerts-worker'),
      wrong,
      start: () => this.lab.start('alerts-worker', { env }),
    });
  }

  /** Deletes the topic and the retry topics of its groups. */
  async remove(): Promise<void> {
    await this.lab.deleteTopics(this.topic);
  }

  private common(group: string): { lab: Lab; topic: string; group: string; events: number } {
    return { lab: this.lab, topic: this.topic, group, events: this.plan.events };
  }

  private variables(group: string): Record<string, string> {
    return { TELEMETRY_TOPIC: this.topic, DLQ_TOPIC: `${this.topic}.dlq`, CONSUMER_GROUP: group };
  }

  private async inDatabase(
    run: (target: { db: Db; variables: Record<string, string> }) => Promise<{ sample: Sample }>,
  ): Promise<Sample> {
    const { url, client } = await this.lab.mongo();
    const name = `bench_${randomUUID().slice(0, 8)}`;
    const db = client.db(name);
    try {
      return (
        await run({ db, variables: { ...this.variables('floor'), MONGO_URL: url, MONGO_DB: name } })
      ).sample;
    } finally {
      await db.dropDatabase();
    }
  }
}

function sensorsFile(lab: Lab, sensors: number): Record<string, string> {
  if (sensors <= 5) return {};
  const path = join(lab.folder, 'sensors.json');
  writeFileSync(path, extraSensors());
  return { SENSORS_FILE: path };
}
