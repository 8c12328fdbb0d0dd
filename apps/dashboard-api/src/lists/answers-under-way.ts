import { ProblemError } from '@iot/service';
import type { FastifyReply } from 'fastify';

const RETRY_AFTER_S = 2;

/**
 * Bounds what a kind of answers takes while their readers have not taken them: bytes of pages, or
 * exports.
 */
export class AnswersUnderWay {
  private used = 0;

  /** @param what in the words of the 503 that refuses more */
  constructor(
    private readonly most: number,
    private readonly what: string,
  ) {}

  /**
   * Counts an answer until it is sent or its reader is gone.
   * @throws ProblemError 503 when there are as many as there may be
   */
  add(reply: FastifyReply, size: number): void {
    if (this.used > 0 && this.used + size > this.most) {
      void reply.header('retry-after', String(RETRY_AFTER_S));
      throw new ProblemError(503, `The server has ${this.what}; try again in ${RETRY_AFTER_S} s.`);
    }
    this.used += size;
    reply.raw.once('close', () => (this.used -= size));
  }
}
