import { Requires, type Rule } from '@iot/access';
import type { Document } from '@iot/mongo';
import { applyDecorators, Get, UseInterceptors } from '@nestjs/common';
import { InIndex } from '../overview/in-index.js';
import { ApiList, type ListAbout } from './api-list.js';
import type { ListQuery } from './core/selection.js';
import type { List } from './list.js';
import { ListInterceptor } from './list.interceptor.js';
import { ServedList } from './served-list.js';

/** What a route says of its list: in the OpenAPI document, and in a few words at `GET /`. */
export interface ListRoute extends ListAbout {
  readonly index: string;
  /** Who may read it; viewers where it does not say. */
  readonly requires?: Rule;
}

/**
 * A route of a list: the handler turns the request into the list's query, which is then answered
 * in the format that the caller accepts.
 */
export const GetList = <D extends Document, R, Q extends ListQuery>(
  path: string,
  list: List<D, R, Q>,
  { index, requires = 'viewer', ...about }: ListRoute,
) =>
  applyDecorators(
    Get(path),
    ServedList(list as never),
    UseInterceptors(ListInterceptor),
    Requires(requires),
    InIndex(index),
    ApiList(list.row, about),
  ) as <H extends (...request: never[]) => Q>(
    controller: object,
    name: string,
    handler: TypedPropertyDescriptor<H>,
  ) => void;
