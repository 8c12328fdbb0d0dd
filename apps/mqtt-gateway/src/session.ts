import { hash } from 'node:crypto';
import type { TelemetryOutput } from '@iot/intake';
import { createKafka } from '@iot/kafka';
import { InOrder, Subscriber, type Delivery } from '@iot/mqtt';
import { sleep } from '@iot/resilience';
import type { Logger } from '@iot/service';
import { newEventId } from '@iot/telemetry';
import type { GatewayConfig } from './config.js';
import { Deliveries, newest, type Origin } from './core/deliveries.js';
import type { Room } from './core/room.js';
import type { Judge, Judged } from './input/judge.js';
import type { GatewayMetrics } from './metrics.js';
import { STAGE, type DeadLetters } from './output/dead-letters.js';
import { Journal } from './output/journal.js';

export interface SessionOptions {
  readonly config: GatewayConfig;
  readonly filter: string;
  readonly judge: Judge;
  readonly output: TelemetryOutput;
  readonly deadLetters: DeadLetters;
  readonly room: Room;
  readonly metrics: GatewayMetrics;
  readonly log: Logger;
}

/** A message whose readings are known, and which has to get to Kafka. */
interface Taken {
  readonly delivery: Delivery;
  readonly judged: Judged;
  readonly arrivedAt: number;
}

const POLL_MS = 200;
/** Beside a payload: topic and properties. */
const PACKET_OVERHEAD_BYTES = 65_536 * 2;

/**
 * The session of one topic filter at the broker: a message is judged, written to Kafka, and then
 * acknowledged.
 */
export class Session {
  readonly subscriber: Subscriber;
  private readonly journal: Journal;
  private readonly clientId: string;
  private deliveries = new Deliveries();
  /** Keeps messages in order although some wait for the journal first. */
  private readonly begun = new InOrder<Taken>();
  private closing = false;

  constructor(private readonly options: SessionOptions) {
    const { config, filter, room, metrics, log, output } = options;
    this.clientId = `${config.MQTT_CLIENT_ID}-${hash('sha256', filter, 'hex').slice(0, 12)}`;
    this.journal = new Journal(output, config.MQTT_JOURNAL_TOPIC, this.clientId);
    this.subscriber = new Subscriber({
      config,
      clientId: this.clientId,
      filter,
      maxInFlight: config.MQTT_MAX_IN_FLIGHT,
      maxPacketBytes: config.MAX_BATCH_BYTES + PACKET_OVERHEAD_BYTES,
      hasRoom: () => room.free,
      take: (delivery) => this.take(delivery),
      listener: {
        connected: () => metrics.connections.inc(),
        acknowledged: (packetIds) => {
          metrics.acknowledged.inc(packetIds.length);
          if (this.deliveries.size > 0)
            for (const packetId of packetIds) this.deliveries.acknowledged(packetId);
        },
        answered: () => this.deliveries.answered(),
      },
      log,
    });
  }

  /** Reads what an earlier process took, and connects: in the background, as long as it takes. */
  start(): void {
    void this.recall();
  }

  async close(): Promise<void> {
    this.closing = true;
    await this.subscriber.close();
  }

  private async recall(): Promise<void> {
    const { config, log, output } = this.options;
    const kafka = createKafka(config, this.clientId, log);
    for (let told = false; !this.closing; ) {
      try {
        await output.check();
        const written = await this.journal.read(kafka);
        this.deliveries = new Deliveries(newest(written, config.MQTT_MAX_IN_FLIGHT * 2));
        if (!this.closing) this.subscriber.start();
        return;
      } catch (error) {
        if (!told)
          log.warn(
            { reason: (error as Error).message },
            'the journal cannot be read yet; the MQTT broker waits',
          );
        told = true;
        await sleep(POLL_MS);
      }
    }
  }

  private take(delivery: Delivery): void {
    const { judge, metrics, room } = this.options;
    const { topic, payload, packetId, redelivered, retained } = delivery;
    metrics.received.inc();
    // It was sent when it was published to whoever was subscribed then.
    if (retained) {
      metrics.retained.inc();
      return delivery.settle();
    }
    let origin: Origin | undefined;
    if (redelivered) {
      metrics.redelivered.inc();
      origin = this.deliveries.find(packetId, contentOf(topic, payload));
      if (origin) metrics.recognised.inc();
    }
    const arrivedAt = origin?.at ?? Date.now();
    let named: string | undefined;
    let readings = 0;
    const nameReading = (): string => {
      named ??= origin?.id ?? newEventId();
      return readings++ === 0 ? named : `${named}.${readings}`;
    };
    const judged = judge.judge(topic, payload, arrivedAt, nameReading);
    room.take(payload.length);
    const turn = this.begun.add({ delivery, judged, arrivedAt });
    if (named === undefined || origin || packetId === 0) this.begun.settle(turn, this.produce);
    else {
      const made = { id: named, at: arrivedAt, content: contentOf(topic, payload) };
      this.deliveries.remember(packetId, made);
      this.journal.write(packetId, made).then(
        () => this.begun.settle(turn, this.produce),
        () => undefined,
      );
    }
  }

  private readonly produce = (taken: Taken): void => {
    const { output, metrics } = this.options;
    const { records, refused } = taken.judged;
    const done = (): void => this.done(taken);
    if (!refused) void output.producer.send(records).then(done, ignore);
    else {
      metrics.rejected.inc({ reason: refused.reason }, refused.readings);
      void Promise.all([this.setAside(taken), output.producer.send(records)]).then(done, ignore);
    }
  };

  private async setAside({ delivery, judged, arrivedAt }: Taken): Promise<void> {
    const { deadLetters, metrics, log } = this.options;
    const { topic, payload } = delivery;
    const { device, refused } = judged;
    await deadLetters.write({ topic, payload, device, arrivedAt, refused: refused! });
    metrics.deadLettered.inc({ stage: STAGE, reason: refused!.reason });
    log.debug({ topic, reason: refused!.reason, error: refused!.message }, 'message set aside');
  }

  private done({ delivery, judged }: Taken): void {
    const { room, metrics } = this.options;
    metrics.accepted.inc(judged.records.length);
    delivery.settle();
    room.give(delivery.payload.length);
  }
}

/** The process ends: what is not acknowledged comes again. */
const ignore = (): void => undefined;

/** A fingerprint of a message. */
const contentOf = (topic: string, payload: Buffer): string =>
  hash('sha256', Buffer.concat([Buffer.from(`${topic}\0`), payload]), 'base64url').slice(0, 22);
