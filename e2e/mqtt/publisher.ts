import { setTimeout as delay } from 'node:timers/promises';
import { connect, type MqttClient } from 'mqtt';

const BURST_MS = 50;

/** A client of the broker that publishes with QoS 1, and again what is not acknowledged. */
export class Publisher {
  acknowledged = 0;
  private readonly pending: Promise<unknown>[] = [];

  private constructor(private readonly client: MqttClient) {}

  static connect(url: string): Publisher {
    const client = connect(url, {
      clientId: `publisher-${process.pid}-${Date.now()}`,
      clean: false,
      protocolVersion: 4,
      reconnectPeriod: 200,
      keepalive: 30,
    });
    client.on('error', () => undefined);
    return new Publisher(client);
  }

  publish(topic: string, message: object): void {
    this.pending.push(
      this.client
        .publishAsync(topic, JSON.stringify(message), { qos: 1 })
        .then(() => this.acknowledged++),
    );
  }

  /** Publishes all at about this rate, and waits until all are acknowledged. */
  async all(messages: readonly (readonly [string, object])[], perSecond: number): Promise<void> {
    const burst = Math.max(1, Math.round((perSecond * BURST_MS) / 1000));
    for (let i = 0; i < messages.length; i += burst) {
      for (const [topic, message] of messages.slice(i, i + burst)) this.publish(topic, message);
      await delay(BURST_MS);
    }
    await Promise.all(this.pending);
  }

  async close(): Promise<void> {
    await this.client.endAsync();
  }
}
