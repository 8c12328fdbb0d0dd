import { ProblemError } from '@iot/service';
import type { FastifyReply } from 'fastify';
import type { DashboardMetrics } from '../metrics.js';

const RETRY_AFTER_S = 5;

/** All who watch a stream of this process, whichever it is: there may be so many. */
export class Viewers {
  private count = 0;

  constructor(
    private readonly most: number,
    private readonly gauge: DashboardMetrics['viewers'],
  ) {}

  /**
   * Takes a place before anything is read for who comes, so that many at once cannot get past.
   * @returns gives the place back
   * @throws ProblemError 503 where all are taken
   */
  admit(reply: FastifyReply): () => void {
    if (this.count >= this.most) {
      void reply.header('retry-after', String(RETRY_AFTER_S));
      throw new ProblemError(
        503,
        `There are as many viewers as there may be; try again in ${RETRY_AFTER_S} s.`,
      );
    }
    this.gauge.set(++this.count);
    return () => this.gauge.set(--this.count);
  }
}
