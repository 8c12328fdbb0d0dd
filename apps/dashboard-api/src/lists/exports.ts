import { Readable } from 'node:stream';
import type { Document } from '@iot/mongo';
import type { Logger } from '@iot/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DashboardMetrics } from '../metrics.js';
import { AnswersUnderWay } from './answers-under-way.js';
import type { LineFormat } from './core/formats.js';
import type { ListQuery, Selection } from './core/selection.js';
import type { List } from './list.js';
import type { ListReader } from './reader.js';

/** Rows of an export that are sent at a time: some 50 kB. */
const ROWS_AT_A_TIME = 200;

/** What readers may hold up. */
export interface ReaderLimits {
  readonly MAX_EXPORTS: number;
  /** A reader must take the next rows of an export within this time, ms. */
  readonly READER_STALL_MS: number;
}

/** Streams whole selections. */
export class ListExports {
  private readonly underWay: AnswersUnderWay;

  constructor(
    private readonly reader: ListReader,
    private readonly metrics: DashboardMetrics,
    private readonly log: Logger,
    private readonly limits: ReaderLimits,
  ) {
    this.underWay = new AnswersUnderWay(limits.MAX_EXPORTS, 'as many exports under way as it may');
  }

  /** @throws ProblemError 503 when there are too many; the driver's error of the first page */
  async stream<D extends Document, R, Q extends ListQuery>(
    list: List<D, R, Q>,
    selection: Selection<Q>,
    format: LineFormat<R>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Readable> {
    const bodiless = request.method === 'HEAD';
    if (!bodiless) this.underWay.add(reply, 1);
    const pages = this.reader.all(list, selection);
    // The first page is read before the answer begins: a database that is down is still a 503 then.
    const first = await pages.next();
    if (bodiless) {
      await pages.return();
      return Readable.from([]);
    }
    const text = this.text(list.name, first, pages, format, reply);
    return Readable.from(text, { objectMode: true, highWaterMark: 1 });
  }

  private async *text<R>(
    list: string,
    first: IteratorResult<R[], void>,
    pages: AsyncGenerator<R[], void, undefined>,
    { type, head, lines }: LineFormat<R>,
    reply: FastifyReply,
  ): AsyncGenerator<string> {
    this.metrics.exports.inc();
    try {
      if (head) yield head;
      for (let page = first; !page.done; page = await pages.next()) {
        this.metrics.rows.inc({ list, format: type }, page.value.length);
        for (let at = 0; at < page.value.length; at += ROWS_AT_A_TIME) {
          const patience = setTimeout(() => this.giveUp(list, reply), this.limits.READER_STALL_MS);
          try {
            yield lines(page.value.slice(at, at + ROWS_AT_A_TIME));
          } finally {
            clearTimeout(patience);
          }
        }
      }
    } catch (error) {
      // Ends the connection without its last chunk, so that the caller knows that the export is
      // not whole.
      this.metrics.errors.inc({ stage: 'export', reason: 'cut_off' });
      this.log.warn({ list, error: (error as Error).message }, 'an export was cut off');
      throw error;
    } finally {
      this.metrics.exports.dec();
      await pages.return();
    }
  }

  /**
   * Cuts off a reader that does not take what it asked for: it would keep a cursor and an export
   * from others.
   */
  private giveUp(list: string, reply: FastifyReply): void {
    this.metrics.errors.inc({ stage: 'export', reason: 'stalled_reader' });
    this.log.warn({ list }, 'an export was cut off: its reader does not take it');
    reply.raw.destroy();
  }
}
