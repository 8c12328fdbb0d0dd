import { RefusalNotes, type IntakeTrace, type TelemetryOutput } from '@iot/intake';
import { INTAKE_STAGE } from '@iot/kafka';
import { InOrder, type Delivery } from '@iot/mqtt';
import type { Logger } from '@iot/service';
import type { Entry } from '../core/entry.js';
import type { Judged } from '../core/judged.js';
import type { Room } from '../core/room.js';
import type { MqttMetrics } from '../metrics.js';
import type { DeadLetters } from '../output/dead-letters.js';
import type { Journal } from '../output/journal.js';

export interface WayOptions {
  readonly output: TelemetryOutput;
  readonly deadLetters: DeadLetters;
  readonly journal: Journal;
  readonly room: Room;
  readonly metrics: MqttMetrics;
  readonly log: Logger;
}

const LONGEST_DEVICE = 300;

/** A message whose readings are known, and which has to get to Kafka. */
export interface Taken {
  readonly delivery: Delivery;
  readonly judged: Judged;
  /** Epoch ms. */
  readonly receivedAt: number;
  /** Undefined: no trace of it is kept. */
  readonly trace: IntakeTrace | undefined;
}

/**
 * From a message of one session to its acknowledgement: the journal where it is needed, then its
 * records and what is wrong with it, then `settle`. Records go in the order of the messages.
 */
export class WayToKafka {
  /** Keeps messages in order although some wait for the journal first. */
  private readonly begun = new InOrder<Taken>();
  private readonly notes = new RefusalNotes();

  constructor(private readonly options: WayOptions) {}

  /** @param noted what has to be in the journal first */
  pass(taken: Taken, noted: readonly Entry[]): void {
    this.options.room.take(taken.delivery.payload.length);
    const turn = this.begun.add(taken);
    if (noted.length === 0) return this.begun.settle(turn, this.produce);
    this.options.journal.write(noted).then(() => this.begun.settle(turn, this.produce), comesAgain);
  }

  private readonly produce = (taken: Taken): void => {
    const { metrics } = this.options;
    const { refused } = taken.judged;
    const done = (): void => this.done(taken);
    const produced = this.send(taken);
    if (!refused) return void produced.then(done, comesAgain);
    metrics.rejected.inc({ reason: refused.reason }, refused.readings);
    void Promise.all([this.setAside(taken), produced]).then(done, comesAgain);
  };

  private send({ judged: { records }, trace }: Taken): Promise<void> {
    const span = records.length > 0 ? trace?.send(records.length) : undefined;
    const produced = this.options.output.producer.send(records);
    if (span)
      produced.then(
        () => span.end(),
        (error: unknown) => span.fail(error),
      );
    return produced;
  }

  private async setAside({ delivery, judged, receivedAt }: Taken): Promise<void> {
    const { deadLetters, metrics, log } = this.options;
    const { topic, payload } = delivery;
    const { device, refused } = judged;
    await deadLetters.write({ topic, payload, device, receivedAt, refused: refused! });
    metrics.deadLettered.inc({ stage: INTAKE_STAGE, reason: refused!.reason });
    const { reason, message } = refused!;
    const about = device === undefined ? {} : { device_id: device.slice(0, LONGEST_DEVICE) };
    const line = this.notes.line(reason, about, message, Date.now());
    if (line) log.info({ ...line, topic }, 'message set aside: it is among the dead letters');
  }

  private done({ delivery, judged, trace }: Taken): void {
    const { room, metrics } = this.options;
    trace?.end();
    metrics.accepted.inc(judged.records.length);
    delivery.settle();
    room.give(delivery.payload.length);
  }
}

/** The process ends: what is not acknowledged comes again. */
const comesAgain = (): void => undefined;
