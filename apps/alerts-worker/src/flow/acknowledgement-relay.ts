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
  private timer: NodeJS.Timeout | undefined;
  private relaying: Promise<void> | undefined;
  private failures = 0;

  constructor(
    private readonly acknowledgements: Acknowledgements,
    private readonly publisher: AlertPublisher,
    private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.relayUnlessRelaying(), EVERY_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.relaying;
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

  private relayUnlessRelaying(): void {
    this.relaying ??= this.relay()
      .then(() => void (this.failures = 0))
      .catch((error: Error) => {
        if (this.failures++ % 30 === 0)
          this.log.warn({ error: error.message }, 'cannot tell of acknowledgements; trying again');
      })
      .finally(() => (this.relaying = undefined));
  }
}
