import { Readable } from 'node:stream';
import type { Logger } from '@iot/service';
import { ProblemError } from '@iot/service';
import type { SensorCatalogue } from '@iot/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Document } from '@iot/mongo';
import { negotiate } from './core/media-type.js';
import { csvHeader, csvLines } from './core/csv.js';
import { ndjsonLines } from './core/ndjson.js';
import {
  cursorAt,
  DEFAULT_LIMIT,
  QueryError,
  select,
  type ListQuery,
  type Selection,
} from './core/selection.js';
import type { DashboardMetrics } from '../metrics.js';
import type { ListReader } from './reader.js';
import type { List } from './lists.js';
import { AnswersUnderWay } from './answers-under-way.js';
import { badQuery } from './query.pipe.js';

export const JSON_TYPE = 'application/json';
export const CSV_TYPE = 'text/csv';
export const NDJSON_TYPE = 'application/x-ndjson';
const FORMATS = [JSON_TYPE, CSV_TYPE, NDJSON_TYPE] as const;
type Format = (typeof FORMATS)[number];

/** Rows of an export that are sent at a time: some 50 kB. */
const ROWS_AT_A_TIME = 200;
/** Bytes of pages that readers have not taken yet. */
const MOST_PAGE_BYTES = 64 * 2 ** 20;

/** What readers may hold up. */
export interface ReaderLimits {
  readonly MAX_EXPORTS: number;
  /** A reader must take the next rows of an export within this time, ms. */
  readonly READER_STALL_MS: number;
}

/** Rows as text: what comes before the first, and some rows. */
interface Writer<R> {
  readonly head: string;
  readonly lines: (rows: readonly R[]) => string;
}

/**
 * Answers a request for a list: in the format it accepts, one page, or as a stream of everything
 * when an export names no limit.
 */
export class ListResponder {
  private readonly sensors: readonly string[];
  private readonly pages: AnswersUnderWay;
  private readonly exports: AnswersUnderWay;

  constructor(
    private readonly reader: ListReader,
    private readonly catalogue: SensorCatalogue,
    private readonly metrics: DashboardMetrics,
    private readonly log: Logger,
    private readonly limits: ReaderLimits,
  ) {
    this.pages = new AnswersUnderWay(MOST_PAGE_BYTES, 'as many answers under way as it may');
    this.exports = new AnswersUnderWay(limits.MAX_EXPORTS, 'as many exports under way as it may');
    this.sensors = [...catalogue.byName.keys()];
  }

  /** @throws ProblemError 400 or 406; the driver's error while nothing has been sent */
  async send<D extends Document, R>(
    list: List<D, R>,
    query: ListQuery,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const selection = this.select(list.name, query);
    const format = negotiate(request.headers.accept, FORMATS);
    if (!format)
      throw new ProblemError(
        406,
        `This list is served as ${FORMATS.join(', ')}; the Accept header allows none of them.`,
        {
          title: 'Not Acceptable',
        },
      );
    void reply.header('vary', 'Accept').header('cache-control', 'no-store');
    if (format === JSON_TYPE) return this.sendPage(list, selection, reply);
    const writer: Writer<R> =
      format === CSV_TYPE ? this.csv(list) : { head: '', lines: ndjsonLines };
    void reply.type(
      format === CSV_TYPE
        ? `${CSV_TYPE}; charset=utf-8; header=present`
        : `${NDJSON_TYPE}; charset=utf-8`,
    );
    if (format === CSV_TYPE)
      void reply.header('content-disposition', `attachment; filename="${list.name}.csv"`);
    if (selection.limit !== undefined)
      return this.sendLines(list, selection, selection.limit, format, writer, request, reply);
    return this.stream(list, selection, format, writer, request, reply);
  }

  private select(list: string, query: ListQuery): Selection {
    try {
      return select(list, query, this.catalogue);
    } catch (error) {
      throw error instanceof QueryError ? badQuery(error.errors) : error;
    }
  }

  private csv<D extends Document, R>(list: List<D, R>): Writer<R> {
    const columns = list.columns(this.sensors);
    return { head: csvHeader(columns), lines: (rows) => csvLines(columns, rows) };
  }

  private async sendPage<D extends Document, R>(
    list: List<D, R>,
    selection: Selection,
    reply: FastifyReply,
  ): Promise<void> {
    const { rows, next } = await this.reader.page(
      list,
      selection,
      selection.limit ?? DEFAULT_LIMIT,
    );
    this.metrics.rows.inc({ list: list.name, format: JSON_TYPE }, rows.length);
    const body = JSON.stringify({
      data: rows,
      next_cursor: next ? cursorAt(selection, next) : null,
    });
    this.hold(body, reply);
    await reply.type(`${JSON_TYPE}; charset=utf-8`).send(body);
  }

  /** One page; as these formats have no room for the cursor, a Link header leads on. */
  private async sendLines<D extends Document, R>(
    list: List<D, R>,
    selection: Selection,
    limit: number,
    format: Format,
    { head, lines }: Writer<R>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const { rows, next } = await this.reader.page(list, selection, limit);
    this.metrics.rows.inc({ list: list.name, format }, rows.length);
    if (next)
      void reply.header(
        'link',
        `<${withCursor(request.url, cursorAt(selection, next))}>; rel="next"`,
      );
    const body = head + lines(rows);
    this.hold(body, reply);
    await reply.send(body);
  }

  private async stream<D extends Document, R>(
    list: List<D, R>,
    selection: Selection,
    format: Format,
    { head, lines }: Writer<R>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    if (request.method !== 'HEAD') this.exports.add(reply, 1);
    const pages = this.reader.all(list, selection);
    // The first page is read before the answer begins: a database that is down is still a 503 then.
    const first = await pages.next();
    if (request.method === 'HEAD') {
      await pages.return();
      return void (await reply.send(Readable.from([])));
    }
    const text = async function* (this: ListResponder): AsyncGenerator<string> {
      this.metrics.exports.inc();
      try {
        if (head) yield head;
        for (let page = first; !page.done; page = await pages.next()) {
          this.metrics.rows.inc({ list: list.name, format }, page.value.length);
          for (let at = 0; at < page.value.length; at += ROWS_AT_A_TIME) {
            const patience = setTimeout(
              () => this.giveUp(list.name, reply),
              this.limits.READER_STALL_MS,
            );
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
        this.log.warn(
          { list: list.name, error: (error as Error).message },
          'an export was cut off',
        );
        throw error;
      } finally {
        this.metrics.exports.dec();
        await pages.return();
      }
    };
    await reply.send(Readable.from(text.call(this), { objectMode: true, highWaterMark: 1 }));
  }

  /**
   * Counts a page until its reader has it, and cuts off one that takes nothing of it. @throws
   * ProblemError 503
   */
  private hold(body: string, reply: FastifyReply): void {
    this.pages.add(reply, body.length);
    reply.raw.setTimeout(this.limits.READER_STALL_MS, () => reply.raw.destroy());
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

/** The request's own URL with another cursor. */
function withCursor(url: string, cursor: string): string {
  const [path = '', query = ''] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set('cursor', cursor);
  return `${path}?${parameters.toString()}`;
}
