import { connect, type IConnackPacket, type IPublishPacket, type MqttClient } from 'mqtt';
import type { Logger } from 'pino';
import { sleep, withinDeadline } from '@iot/resilience';
import { Acknowledgements, type Waiting } from './acknowledgements.js';
import { credentialsOf, type BrokerConfig } from './config.js';
import { Patience } from './core/patience.js';
import { userProperty } from './core/user-property.js';

/** A message as it came. `settle` it once it is safe, or never: then it comes again. */
export interface Delivery {
  readonly topic: string;
  readonly payload: Buffer;
  /** 0: QoS 0. */
  readonly packetId: number;
  /** The broker sent it before, and had no acknowledgement. */
  readonly redelivered: boolean;
  /** A stored copy that the broker gives to a new subscription. */
  readonly retained: boolean;
  /** The W3C trace context of a user property (MQTT 5). */
  readonly traceparent: string | undefined;
  readonly settle: () => void;
}

/** A session to be had at a broker, and who takes its messages. */
export interface Session {
  readonly config: BrokerConfig;
  /** Names the session: one connection at a time has it. */
  readonly clientId: string;
  readonly filter: string;
  /** What the broker is told to have in flight at most (MQTT 5). */
  readonly maxInFlight: number;
  readonly maxPacketBytes: number;
  /** Whether there is room for one more message; asked after each. */
  readonly hasRoom: () => boolean;
  readonly take: (delivery: Delivery) => void;
  readonly listener: SubscriberListener;
  readonly log: Logger;
}

/** What a subscriber tells its owner. */
export interface SubscriberListener {
  /**
   * Called before there is a subscription, and waited for, for a short time: what is published
   * before that is lost where the session is a new one.
   */
  connected(sessionPresent: boolean): Promise<void> | undefined;
  /** The acknowledgements of these packet ids were written. */
  acknowledged(packetIds: readonly number[]): void;
  /** A ping was written. */
  pinged(): void;
  /** The broker answered the oldest ping that it had not answered. */
  answered(): void;
}

const RECONNECT_MS = 1000;
/** Another process has the session now, or something else cuts this one off again and again. */
const CUT_OFF_RECONNECT_MS = 30_000;
const SESSION_TAKEN_OVER = 142;
const SETTLE_POLL_MS = 20;
/** Longest wait for the listener before there is a subscription. */
const PREPARED_WITHIN_MS = 2000;
/** CONNACK: unacceptable protocol version, in MQTT 3.1.1 and in 5. */
const WRONG_VERSION = new Set([1, 132]);
const AT_LEAST_ONCE = 1;

/**
 * A persistent session at an MQTT broker whose messages are acknowledged when their taker says so,
 * in the order in which they came, on the connection that brought them.
 *
 * MQTT.js acknowledges a message when `handleMessage` calls back, and reads nothing meanwhile, not
 * even the answer to its own keep-alive. So it is called back with an error at once, which sends
 * nothing, and the acknowledgements are written here. Only when there is no room is the callback
 * held: that stops reading, and the broker. Keep-alives go on from here then, and their answers,
 * which nobody reads, are not missed.
 */
export class Subscriber {
  private client: MqttClient | undefined;
  private acknowledgements: Acknowledgements | undefined;
  private paused: (() => void) | undefined;
  private heartbeat: NodeJS.Timeout | undefined;
  private whyNot = 'not connected yet';
  private subscribed = false;
  private ending = false;
  private reported = '';
  /** Why the connection that is lost next is lost. */
  private failure = '';
  private readonly patience = new Patience(RECONNECT_MS, CUT_OFF_RECONNECT_MS);
  /** Since when there is a subscription, performance.now(). */
  private subscribedAt: number | undefined;
  private takenOver = false;

  constructor(private readonly options: Session) {}

  get isSubscribed(): boolean {
    return this.subscribed;
  }

  get isPaused(): boolean {
    return this.paused !== undefined;
  }

  /** Messages not acknowledged yet. */
  get inFlight(): number {
    return this.acknowledgements?.size ?? 0;
  }

  /** When the oldest of them came, performance.now(). */
  get oldest(): number | undefined {
    return this.acknowledgements?.oldest;
  }

  /** @throws Error saying why there is no subscription now */
  check(): void {
    if (!this.subscribed) throw new Error(this.whyNot);
  }

  /** Connects in the background, for as long as it takes, and again when the connection is lost. */
  start(): void {
    const { config, clientId, maxInFlight, maxPacketBytes } = this.options;
    const five = config.MQTT_PROTOCOL === '5';
    const client = connect(config.MQTT_URL, {
      ...credentialsOf(config),
      clientId,
      clean: false,
      protocolVersion: five ? 5 : 4,
      ...(five && {
        properties: {
          sessionExpiryInterval: config.MQTT_SESSION_EXPIRY_S,
          receiveMaximum: Math.min(maxInFlight, 65_535),
          maximumPacketSize: maxPacketBytes,
        },
      }),
      keepalive: config.MQTT_KEEPALIVE_S,
      reconnectPeriod: RECONNECT_MS,
      // A broker that is starting, or learns its users, refuses for a while.
      reconnectOnConnackError: true,
      connectTimeout: 10_000,
      resubscribe: false,
    });
    this.client = client;
    client.handleMessage = (packet, read) => this.handle(packet, read);
    client.on('connect', (packet) => void this.connected(client, packet));
    // Just before MQTT.js plans the next connection.
    client.on('offline', () => (client.options.reconnectPeriod = this.waitMs()));
    client.on('close', () => this.lost());
    client.on('error', (error) => this.failed(client, error));
    client.on('disconnect', ({ reasonCode }) => {
      this.takenOver = reasonCode === SESSION_TAKEN_OVER;
    });
    client.on('packetreceive', ({ cmd }) => {
      if (cmd === 'pingresp') this.options.listener.answered();
    });
    client.on('packetsend', ({ cmd }) => {
      if (cmd === 'pingreq') this.options.listener.pinged();
    });
  }

  /** Asks the broker for a sign of life, which tells what it has seen. */
  ping(): void {
    if (this.client?.connected) this.client.sendPing();
  }

  /** Ends the connection in good order and makes a new one; what is unacknowledged comes again. */
  reconnect(): void {
    // What still comes on this connection is not taken.
    this.acknowledgements?.close();
    this.acknowledgements = undefined;
    this.subscribedAt = undefined;
    this.client?.stream.end();
  }

  /** There may be room again. */
  resume(): void {
    if (!this.paused || !this.options.hasRoom()) return;
    const read = this.paused;
    this.paused = undefined;
    clearInterval(this.heartbeat);
    read();
  }

  /** Takes nothing more; what was taken is still acknowledged. */
  stopReading(): void {
    this.ending = true;
  }

  /** Resolves when all that was taken on this connection is acknowledged, or it is gone. */
  async settled(): Promise<void> {
    while (this.inFlight > 0) await sleep(SETTLE_POLL_MS);
  }

  /** Ends the connection, and not the session: the broker keeps it, and what is unacknowledged. */
  async close(): Promise<void> {
    clearInterval(this.heartbeat);
    this.ending = true;
    this.paused = undefined;
    const { client } = this;
    await client?.endAsync(!client.connected);
  }

  private async connected(client: MqttClient, { sessionPresent }: IConnackPacket): Promise<void> {
    const { clientId, filter, listener, log } = this.options;
    const { stream } = client;
    this.takenOver = false;
    this.acknowledgements = new Acknowledgements(stream, listener.acknowledged);
    const prepared = listener.connected(sessionPresent);
    if (prepared) await withinDeadline(PREPARED_WITHIN_MS, prepared).catch(() => undefined);
    if (client.stream !== stream || !client.connected) return;
    // Also in a session that is there: the process may have died between CONNECT and SUBSCRIBE.
    client.subscribe(filter, { qos: AT_LEAST_ONCE, rh: 1 }, (error, granted) => {
      const refused = granted?.some(({ qos }) => qos !== AT_LEAST_ONCE);
      if (!error && !refused) {
        this.subscribed = true;
        this.subscribedAt = performance.now();
        if (!this.patience.isCutOff) this.reported = '';
        log.info({ clientId, filter, sessionPresent }, 'subscribed at the MQTT broker');
      } else this.report(`the MQTT broker refuses the subscription to ${filter} with QoS 1`);
    });
  }

  private handle(packet: IPublishPacket, read: (error?: Error) => void): void {
    const { acknowledgements } = this;
    if (this.ending || !acknowledgements) return read(NOT_YET);
    const packetId = packet.messageId ?? 0;
    const waiting: Waiting = acknowledgements.received(packetId);
    this.options.take({
      topic: packet.topic,
      payload: packet.payload as Buffer,
      packetId,
      redelivered: packet.dup,
      retained: packet.retain,
      traceparent: userProperty(packet, 'traceparent'),
      settle: () => acknowledgements.settle(waiting),
    });
    if (this.options.hasRoom()) return read(NOT_YET);
    this.pause(() => read(NOT_YET));
  }

  private pause(read: () => void): void {
    const { client } = this;
    const everyMs = (this.options.config.MQTT_KEEPALIVE_S * 1000) / 2;
    this.paused = read;
    const beat = (): void => {
      if (!client?.connected) return;
      client.sendPing();
      client.reschedulePing(true);
    };
    clearInterval(this.heartbeat);
    this.heartbeat = setInterval(beat, everyMs);
    beat();
  }

  private lost(): void {
    this.subscribed = false;
    this.acknowledgements?.close();
    this.acknowledgements = undefined;
    clearInterval(this.heartbeat);
    this.paused = undefined;
    this.report(this.failure || this.whyLost());
    this.failure = '';
  }

  private whyLost(): string {
    const lost = 'the connection to the MQTT broker is lost';
    return this.patience.isCutOff
      ? `${lost} as soon as there is a subscription, again and again: another client may be called ${this.options.clientId} (MQTT_CLIENT_ID)`
      : `${lost}; connecting again`;
  }

  private waitMs(): number {
    const { subscribedAt } = this;
    this.subscribedAt = undefined;
    const held = subscribedAt === undefined ? undefined : performance.now() - subscribedAt;
    const wait = this.patience.next(held);
    return this.takenOver ? CUT_OFF_RECONNECT_MS : wait;
  }

  private failed(client: MqttClient, error: Error & { code?: unknown }): void {
    const { options } = client;
    if (options.protocolVersion === 5 && WRONG_VERSION.has(Number(error.code))) {
      options.protocolVersion = 4;
      delete options.properties;
      this.options.log.info('the MQTT broker does not speak MQTT 5; going on with 3.1.1');
      return;
    }
    this.failure = `the MQTT broker: ${error.message || String(error.code)}`;
    this.report(this.failure);
  }

  /** Says each thing once, until there is a subscription again. */
  private report(reason: string): void {
    this.whyNot = reason;
    if (this.reported === reason) return;
    this.reported = reason;
    this.options.log.warn({ reason }, 'no readings from the MQTT broker at the moment');
  }
}

/** Makes MQTT.js read on without an acknowledgement. */
const NOT_YET = new Error('acknowledged later');
