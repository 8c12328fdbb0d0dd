import { Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Endpoint } from './core/overview.js';
import { Handlers } from './handlers.js';
import { InIndex } from './in-index.js';

/** Finds the routes that say something of themselves at `GET /`, in the order of the modules. */
@Injectable()
export class Endpoints {
  constructor(
    private readonly handlers: Handlers,
    private readonly reflector: Reflector,
  ) {}

  all(): Endpoint[] {
    return this.handlers.all().flatMap(({ method, path, handler }) => {
      const what = this.reflector.get(InIndex, handler);
      return what === undefined || method !== 'GET' ? [] : [[path, what] as const];
    });
  }
}
