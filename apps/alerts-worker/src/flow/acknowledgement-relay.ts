import { Recurring } from '@iot/resilience';
import type { Logger } from '@iot/service';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { acknowledgedEvent } from '../core/alert-document.js';
import type { Acknowledgements } from '../output/acknowledgements.js';
import type { AlertPublisher } from '../output/alert-topic.js';

const EVERY_MS = 2000;

/**
 * Tells of acknowledgements. The dashboard API writes them to the database alone, so that it needs
 * no Kafka; any of the workers tells of them, and takes the mark away afterwards. One that dies in
 * between leaves it, and it is told again with the same id.
 */
export class AcknowledgementRelay implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly relaying: Recurring;

  constructor(
    private readonly acknowledgements: Acknowledgements,
    private readonly publisher: AlertPublisher,
    log: Logger,
  ) {
    this.relaying = new Recurring(
      () => this.relay(),
      EVERY_MS,
      ({ message: error }) => log.warn({ error }, 'cannot tell of acknowledgements; trying again'),
    );
  }

  onApplicationBootstrap(): void {
    this.relaying.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.relaying.stop();
  }

  /** @throws when the database or the broker does not answer; it is told later */
  async relay(): Promise<void> {
    for (
      let alert = await this.acknowledgements.claim(new Date());
      alert;
      alert = await this.acknowledgements.claim(new Date())
    ) {
      await this.publisher.publish([acknowledgedEvent(alert)]);
      await this.acknowledgements.told(alert);
    }
  }
}
