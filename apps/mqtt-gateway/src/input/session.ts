import { hash } from 'node:crypto';
import { Subscriber, type Delivery, type Session as BrokerSession } from '@iot/mqtt';
import { newEventId } from '@iot/telemetry';
import { Deliveries, type Origin } from '../core/deliveries.js';
import type { WayToKafka } from '../flow/way-to-kafka.js';
import type { MqttMetrics } from '../metrics.js';
import type { Judge } from './judge.js';

export interface SessionOptions {
  readonly broker: Omit<BrokerSession, 'take' | 'listener'>;
  readonly judge: Judge;
  readonly way: WayToKafka;
  readonly metrics: MqttMetrics;
  /** Epoch ms. */
  readonly now?: () => number;
}

/**
 * The session of one topic filter at the broker: its messages are read, judged, and handed on with
 * what has to be known should they come again.
 */
export class Session {
  readonly subscriber: Subscriber;
  private deliveries = new Deliveries();
  private readonly now: () => number;

  constructor(private readonly options: SessionOptions) {
    const { broker, metrics, now = Date.now } = options;
    this.now = now;
    this.subscriber = new Subscriber({
      ...broker,
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
    });
  }

  /** @param known what an earlier process took, and what may come again */
  start(known: Iterable<readonly [number, Origin]>): void {
    this.deliveries = new Deliveries(known);
    this.subscriber.start();
  }

  private take(delivery: Delivery): void {
    const { judge, metrics, way } = this.options;
    const { topic, payload, packetId, redelivered, retained } = delivery;
    metrics.received.inc();
    // It was sent when it was published, to who was subscribed then.
    if (retained) {
      metrics.retained.inc();
      return delivery.settle();
    }
    let known: Origin | undefined;
    if (redelivered) {
      metrics.redelivered.inc();
      known = this.deliveries.find(packetId, contentOf(topic, payload));
      if (known) metrics.recognised.inc();
    }
    const receivedAt = known?.at ?? this.now();
    let name = known?.id;
    let readings = 0;
    const judged = judge.judge(topic, payload, receivedAt, () => {
      name ??= newEventId();
      return readings++ === 0 ? name : `${name}.${readings}`;
    });
    const taken = { delivery, judged, receivedAt };
    if (name === undefined || known || packetId === 0) return way.pass(taken);
    const noted = { id: name, at: receivedAt, content: contentOf(topic, payload) };
    this.deliveries.remember(packetId, noted);
    way.pass(taken, noted);
  }
}

/** A fingerprint of a message. */
const contentOf = (topic: string, payload: Buffer): string =>
  hash('sha256', Buffer.concat([Buffer.from(`${topic}\0`), payload]), 'base64url').slice(0, 22);
