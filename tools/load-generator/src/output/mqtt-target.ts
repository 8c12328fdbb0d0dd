import { parseKey } from '@iot/credentials';
import { Publisher } from '@iot/mqtt';
import type { Answer, NoAnswer } from '../core/judge.js';
import type { Sender, Target } from '../runner.js';
import { causeOf } from './http-target.js';

export interface MqttTargetOptions {
  readonly url: URL;
  /** What stands before the device in the topic. */
  readonly topic: string;
  readonly connections: number;
  /** Names the sessions: the same seed goes on in the same ones. */
  readonly seed: number;
  /** Device key: its id is the user name. */
  readonly key: string | undefined;
  readonly withinMs: number;
}

const ACKNOWLEDGED: Answer = { status: 202, contentType: '', body: '', retryAfter: undefined };
const CUT_OFF: NoAnswer = { status: undefined, reason: 'cut off at the end of the run' };

/** An MQTT broker, over persistent sessions. */
export class MqttTarget implements Target {
  private readonly underWay = new Set<(answer: NoAnswer) => void>();
  private closing: Promise<unknown> | undefined;

  private constructor(
    private readonly sessions: readonly Publisher[],
    private readonly topic: string,
  ) {}

  /** @throws Error that says why the broker takes nothing */
  static async connect(options: MqttTargetOptions): Promise<MqttTarget> {
    const { url, topic, connections, seed, key, withinMs } = options;
    const parsed = key === undefined ? undefined : parseKey(key);
    const sessions: Publisher[] = [];
    try {
      for (let i = 0; i < connections; i++)
        sessions.push(
          await Publisher.connect({
            url: url.href,
            clientId: `loadgen-${seed}-${i}`,
            withinMs,
            ...(typeof parsed === 'object' && { username: parsed.id, password: key! }),
          }),
        );
    } catch (error) {
      await Promise.all(sessions.map((session) => session.close(true)));
      throw new Error(
        `cannot reach the MQTT broker at ${url.href}: ${causeOf(error)}; start one (npm start) or give its address with --mqtt`,
        { cause: error },
      );
    }
    return new MqttTarget(sessions, topic);
  }

  /** Publishes one body. Never rejects. */
  post(text: string, { lane, device }: Sender): Promise<Answer | NoAnswer> {
    const session = this.sessions[lane % this.sessions.length]!;
    return new Promise((resolve) => {
      this.underWay.add(resolve);
      const settle = (answer: Answer | NoAnswer): void => {
        this.underWay.delete(resolve);
        resolve(answer);
      };
      session.publish(`${this.topic}/${device}`, text).then(
        () => settle(ACKNOWLEDGED),
        (error) => settle({ status: undefined, reason: causeOf(error) }),
      );
    });
  }

  /** Cuts off what is under way. */
  async close(): Promise<void> {
    for (const resolve of this.underWay) resolve(CUT_OFF);
    this.underWay.clear();
    this.closing ??= Promise.all(this.sessions.map((session) => session.close(true)));
    await this.closing;
  }
}
