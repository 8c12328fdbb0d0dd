import { Injectable, RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { InIndex } from './in-index.js';
import type { Endpoint } from './core/overview.js';

/** Finds the routes that say something of themselves at `GET /`, in the order of the modules. */
@Injectable()
export class Endpoints {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  all(): Endpoint[] {
    return this.discovery.getControllers().flatMap(({ metatype }) => {
      if (!metatype) return [];
      const prototype = metatype.prototype as Record<string, () => unknown>;
      const base = pathOf(metatype);
      return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
        const handler = prototype[name]!;
        const what = this.reflector.get(InIndex, handler);
        if (what === undefined || !isGet(handler)) return [];
        const parts = [...base.split('/'), ...pathOf(handler).split('/')].filter(Boolean);
        return [[`/${parts.map(asOpenApi).join('/')}`, what] as const];
      });
    });
  }
}

const pathOf = (target: object): string =>
  (Reflect.getMetadata(PATH_METADATA, target) as string | undefined) ?? '';
const isGet = (handler: object): boolean =>
  Reflect.getMetadata(METHOD_METADATA, handler) === RequestMethod.GET;
/** `:id` as `{id}`. */
const asOpenApi = (part: string): string => part.replace(/^:(.*)$/, '{$1}');
