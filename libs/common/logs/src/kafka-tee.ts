import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { createKafka, keyPartitioner, type KafkaEnv, type Producer } from '@iot/kafka';
import type { Logger } from 'pino';
import type { LogLine } from './core/log-line.js';
import { LogTee } from './tee.js';

/** What a process that sends its lines must be told. */
export type TeeConfig = KafkaEnv & {
  /** Empty: none are sent. */
  readonly LOGS_TOPIC: string;
  readonly LOGS_LINES_PER_SECOND: number;
};

/** Of the lines that wait while Kafka is away. */
const BUFFER_BYTES = 2 * 2 ** 20;
const LINGER_MS = 500;
/** A broker that has not answered by then has not taken them. */
const ANSWER_MS = 3000;

/**
 * The tee of a process, with a producer of its own: one answer of one broker is enough, and kafkajs
 * tries nothing again, as what is lost is on standard output. It connects with the first line.
 * @param log the logger whose lines it takes, once there is one
 */
export function kafkaTee(
  service: string,
  version: string,
  config: TeeConfig,
  log: () => Logger,
): LogTee {
  const instance = `${hostname()}:${process.pid}`;
  const key = `${service}/${instance}`;
  let connecting: Promise<Producer> | undefined;
  const connect = async (): Promise<Producer> => {
    const kafka = createKafka(config, `${service}-logs`, log(), {
      retry: { retries: 0, initialRetryTime: 100, maxRetryTime: 100 },
      requestTimeout: ANSWER_MS,
    });
    const producer = kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: keyPartitioner,
    });
    await producer.connect();
    return producer;
  };
  const letGo = async (): Promise<void> => {
    const old = connecting;
    connecting = undefined;
    await (await old)?.disconnect();
  };
  return new LogTee({
    writer: { service, instance, version, process: randomBytes(6).toString('hex') },
    linesPerSecond: config.LOGS_LINES_PER_SECOND,
    bufferBytes: BUFFER_BYTES,
    lingerMs: LINGER_MS,
    now: () => performance.now(),
    send: async (lines) => {
      try {
        const producer = await (connecting ??= connect());
        const messages = lines.map((line) => recordOf(line, key));
        await producer.send({ topic: config.LOGS_TOPIC, acks: 1, timeout: ANSWER_MS, messages });
      } catch (error) {
        // A connection that failed is made anew, with what is known of the cluster.
        await letGo().catch(() => undefined);
        throw error;
      }
    },
    end: letGo,
  });
}

const recordOf = (line: LogLine, key: string) => {
  const at = Date.parse(line.timestamp);
  return {
    key,
    value: JSON.stringify(line),
    ...(Number.isFinite(at) && { timestamp: String(at) }),
  };
};
