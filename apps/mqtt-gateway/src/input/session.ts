import { hash } from 'node:crypto';
import { Subscriber, type Delivery, type Session as BrokerSession } from '@iot/mqtt';
import { newEventId } from '@iot/telemetry';
import { Deliveries, type Limits, type Origin, type Written } from '../core/deliveries.js';
import { entryOf, markOf, type Entry } from '../core/entry.js';
import type { WayToKafka } from '../flow/way-to-kafka.js';
import type { MqttMetrics } from '../metrics.js';
import type { Judge } from './judge.js';
import type { TraceMessage } from './message-trace.js';

export interface SessionOptions {
  readonly broker: Omit<BrokerSession, 'take' | 'listener'>;
  readonly judge: Judge;
  /** Whether a topic belongs to the session; what does not is another's. */
  readonly mine: (topic: string) => boolean;
  readonly way: WayToKafka;
  /** Undefined: no traces are kept. */
  readonly traces?: TraceMessage | undefined;
  /** Writes down what has to be known before there is a subscription. */
  readonly write: (entries: readonly Entry[]) => Promise<void>;
  readonly limits: Limits;
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
  private deliveries: Deliveries;
  private readonly now: () => number;

  constructor(private readonly options: SessionOptions) {
    const { broker, limits, metrics, now = Date.now } = options;
    this.now = now;
    this.deliveries = new Deliveries(limits);
    this.subscriber = new Subscriber({
      ...broker,
      take: (delivery) => this.take(delivery),
      listener: {
        connected: (sessionPresent) => {
          metrics.connections.inc();
          this.deliveries.connected(sessionPresent);
          const mark = sessionPresent ? [] : this.mark();
          return mark.length > 0 ? options.write(mark) : undefined;
        },
        acknowledged: (packetIds) => {
          metrics.acknowledged.inc(packetIds.length);
          this.deliveries.acknowledged(packetIds);
          if (this.deliveries.wantsPing) this.subscriber.ping();
          if (this.deliveries.wantsReconnect) this.subscriber.reconnect();
        },
        pinged: () => this.deliveries.pinged(),
        answered: () => this.deliveries.answered(),
      },
    });
  }

  /** @param written by an earlier process: what it took, and what may come again */
  start(written: Written): void {
    this.deliveries = new Deliveries(this.options.limits, written);
    this.subscriber.start();
  }

  private take(delivery: Delivery): void {
    const { judge, metrics, way } = this.options;
    const { topic, payload, packetId, redelivered, retained } = delivery;
    metrics.received.inc();
    if (packetId !== 0) this.deliveries.arrived(packetId, redelivered);
    if (!this.options.mine(topic)) {
      metrics.others.inc();
      return delivery.settle();
    }
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
    const trace = this.options.traces?.(delivery);
    const traceparent = trace?.traceparent ?? delivery.traceparent;
    const arrival = { receivedAt, traceparent };
    const judged = judge.judge(topic, payload, arrival, () => {
      name ??= newEventId();
      return readings++ === 0 ? name : `${name}.${readings}`;
    });
    const taken = { delivery, judged, receivedAt, trace };
    if (packetId === 0) return way.pass(taken, NONE);
    if (name === undefined) return way.pass(taken, this.mark());
    const content = known?.content ?? contentOf(topic, payload);
    const noted = this.deliveries.remember(packetId, { id: name, at: receivedAt, content });
    way.pass(taken, [entryOf(this.name, packetId, noted), ...this.mark()]);
  }

  private get name(): string {
    return this.options.broker.clientId;
  }

  private mark(): readonly Entry[] {
    const mark = this.deliveries.mark();
    return mark ? [markOf(this.name, mark)] : NONE;
  }
}

const NONE: readonly Entry[] = [];

/** A fingerprint of a message. */
const contentOf = (topic: string, payload: Buffer): string =>
  hash('sha256', Buffer.concat([Buffer.from(`${topic}\0`), payload]), 'base64url').slice(0, 22);
