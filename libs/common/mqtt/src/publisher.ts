import { connectAsync, type MqttClient } from 'mqtt';

export interface PublisherOptions {
  readonly url: string;
  /** Names the session. */
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  /** For the first connection, ms. */
  readonly withinMs: number;
}

const RECONNECT_MS = 200;
const KEEPALIVE_S = 30;

/**
 * Publishes with QoS 1 in a persistent session. What has no acknowledgement is sent again on the
 * next connection, in the same order, for as long as this lives.
 */
export class Publisher {
  private constructor(private readonly client: MqttClient) {}

  /** @throws Error that says why the broker does not take a client */
  static async connect(options: PublisherOptions): Promise<Publisher> {
    const { url, clientId, username, password, withinMs } = options;
    const settings = {
      clientId,
      clean: false,
      protocolVersion: 4 as const,
      reconnectPeriod: RECONNECT_MS,
      connectTimeout: withinMs,
      keepalive: KEEPALIVE_S,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
    };
    const client = await connectAsync(url, settings, false);
    client.options.reconnectOnConnackError = true;
    client.on('error', () => undefined);
    return new Publisher(client);
  }

  /** Resolves when the broker has acknowledged it. */
  async publish(topic: string, payload: string | Buffer): Promise<void> {
    await this.client.publishAsync(topic, payload, { qos: 1 });
  }

  /** @param atOnce what is under way is cut off, and never settled */
  async close(atOnce = false): Promise<void> {
    await this.client.endAsync(atOnce);
  }
}
