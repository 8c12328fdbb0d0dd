import type { Readable } from 'node:stream';
import type { Document } from '@iot/mongo';
import type { SensorCatalogue } from '@iot/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DashboardMetrics } from '../metrics.js';
import { acceptable } from './acceptable.js';
import { AnswersUnderWay } from './answers-under-way.js';
import { CSV_TYPE, csvOf, FORMATS, JSON_TYPE, NDJSON, type LineFormat } from './core/formats.js';
import { isoTime } from './core/edge-times.js';
import type { Position } from './core/position.js';
import {
  cursorAt,
  DEFAULT_LIMIT,
  QueryError,
  select,
  type ListQuery,
  type Selection,
} from './core/selection.js';
import type { ListExports } from './exports.js';
import type { List } from './list.js';
import { badQuery } from './query.pipe.js';
import type { ListReader } from './reader.js';
import { SharedPages } from './shared-pages.js';

/** Bytes of pages that readers have not taken yet. */
const MOST_PAGE_BYTES = 64 * 2 ** 20;

/**
 * Answers a request for a list: in the format it accepts, one page, or as a stream of everything
 * when an export names no limit.
 */
export class ListResponder {
  private readonly sensors: readonly string[];
  private readonly pages = new AnswersUnderWay(
    MOST_PAGE_BYTES,
    'as many answers under way as it may',
  );
  private readonly shared = new SharedPages();

  /** @param stallMs a reader that takes nothing of a page for so long is cut off */
  constructor(
    private readonly reader: ListReader,
    private readonly exports: ListExports,
    private readonly catalogue: SensorCatalogue,
    private readonly metrics: DashboardMetrics,
    private readonly stallMs: number,
  ) {
    this.sensors = [...catalogue.byName.keys()];
  }

  /**
   * The body of the answer; its headers are set in `reply`. @throws ProblemError 400, 406 or 503;
   * the driver's error while nothing has been sent
   */
  async answer<D extends Document, R, Q extends ListQuery>(
    list: List<D, R, Q>,
    query: Q,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<string | Readable> {
    const selection = this.select(list.name, query);
    const type = acceptable(request, FORMATS, 'This list');
    void reply.header('vary', 'Accept').header('cache-control', 'no-store');
    if (type === JSON_TYPE) return this.page(list, selection, reply);
    const format = type === CSV_TYPE ? csvOf(list.columns(this.sensors)) : NDJSON;
    void reply.type(format.contentType);
    if (type === CSV_TYPE)
      void reply.header('content-disposition', `attachment; filename="${list.name}.csv"`);
    return selection.limit === undefined
      ? this.exports.stream(list, selection, format, request, reply)
      : this.lines(list, selection, selection.limit, format, request, reply);
  }

  private select<Q extends ListQuery>(list: string, query: Q): Selection<Q> {
    try {
      return select(list, query, this.catalogue);
    } catch (error) {
      throw error instanceof QueryError ? badQuery(error.errors) : error;
    }
  }

  private async page<D extends Document, R, Q extends ListQuery>(
    list: List<D, R, Q>,
    selection: Selection<Q>,
    reply: FastifyReply,
  ): Promise<string> {
    const limit = selection.limit ?? DEFAULT_LIMIT;
    const read = () => this.reader.page(list, selection, limit);
    const { rows, next } = await (list.sharedMs === undefined || selection.after
      ? read()
      : this.shared.get(`${limit} ${selection.scope}`, list.sharedMs, read));
    this.metrics.rows.inc({ list: list.name, format: JSON_TYPE }, rows.length);
    void reply.type(`${JSON_TYPE}; charset=utf-8`);
    const next_cursor = next ? cursorAt(selection, next) : null;
    const cut = list.saysCut && { cut: cutOf(rows.length, limit, next) };
    return this.held(JSON.stringify({ data: rows, next_cursor, ...cut }), reply);
  }

  /** One page; as these formats have no room for the cursor, a Link header leads on. */
  private async lines<D extends Document, R, Q extends ListQuery>(
    list: List<D, R, Q>,
    selection: Selection<Q>,
    limit: number,
    { type, head, lines }: LineFormat<R>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<string> {
    const { rows, next } = await this.reader.page(list, selection, limit);
    this.metrics.rows.inc({ list: list.name, format: type }, rows.length);
    const more = next && withCursor(request.url, cursorAt(selection, next));
    if (more) void reply.header('link', `<${more}>; rel="next"`);
    return this.held(head + lines(rows), reply);
  }

  /**
   * Counts a page until its reader has it, and cuts off one that takes nothing of it. @throws
   * ProblemError 503
   */
  private held(body: string, reply: FastifyReply): string {
    this.pages.add(reply, body.length);
    reply.raw.setTimeout(this.stallMs, () => reply.raw.destroy());
    return body;
  }
}

/** Why a page ends before the list does, and where; null: it does not. */
const cutOf = (rows: number, limit: number, next: Position | undefined) =>
  next ? { why: rows < limit ? 'search' : 'limit', at: isoTime(new Date(next.time)) } : null;

/** The request's own URL with another cursor. */
function withCursor(url: string, cursor: string): string {
  const [path = '', query = ''] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set('cursor', cursor);
  return `${path}?${parameters.toString()}`;
}
