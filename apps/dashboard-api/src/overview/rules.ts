import { ruleOf, type Rule } from '@iot/access';
import { Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Handlers } from './handlers.js';

/** Says who may use an operation, as the guard reads it. */
@Injectable()
export class Rules {
  constructor(
    private readonly handlers: Handlers,
    private readonly reflector: Reflector,
  ) {}

  /** By operation, such as `GET /devices/{id}`. */
  all(): Map<string, Rule> {
    return new Map(
      this.handlers
        .all()
        .map(({ method, path, handler, controller }) => [
          `${method} ${path}`,
          ruleOf(this.reflector, handler, controller),
        ]),
    );
  }
}
