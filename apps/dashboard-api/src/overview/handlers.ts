import { Injectable, RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';

/** A method of a controller that answers requests. */
export interface Handler {
  /** Such as `GET`. */
  readonly method: string;
  /** As OpenAPI writes it: `/devices/{id}`. */
  readonly path: string;
  readonly handler: () => unknown;
  readonly controller: Type;
}

/** Finds what answers requests, in the order of the modules. */
@Injectable()
export class Handlers {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  all(): Handler[] {
    return this.discovery.getControllers().flatMap(({ metatype }) => {
      if (!metatype) return [];
      const controller = metatype as Type;
      const prototype = controller.prototype as Record<string, () => unknown>;
      return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
        const handler = prototype[name]!;
        const method = RequestMethod[Number(Reflect.getMetadata(METHOD_METADATA, handler))];
        if (method === undefined) return [];
        return pathsOf(controller).flatMap((base) =>
          pathsOf(handler).map((path) => ({
            ...{ method, handler, controller },
            path: `/${`${base}/${path}`.split('/').filter(Boolean).map(asOpenApi).join('/')}`,
          })),
        );
      });
    });
  }
}

const pathsOf = (target: object): readonly string[] =>
  [(Reflect.getMetadata(PATH_METADATA, target) as string | string[] | undefined) ?? ''].flat();
/** `:id` as `{id}`. */
const asOpenApi = (part: string): string => part.replace(/^:(.*)$/, '{$1}');
