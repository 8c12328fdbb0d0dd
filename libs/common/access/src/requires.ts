import { Reflector } from '@nestjs/core';
import type { Rule } from './role.js';

/**
 * Says who may use an endpoint: `@Requires('operator')` on a method, or on a controller for all of
 * its methods; the method's own wins. An endpoint that says nothing is for admins alone, and a test
 * names it.
 */
export const Requires = Reflector.createDecorator<Rule>();

/** The rule of a handler. */
export const ruleOf = (reflector: Reflector, handler: object, controller: object): Rule =>
  statedRuleOf(reflector, handler, controller) ?? 'admin';

/** The rule that a handler or its controller states. */
export const statedRuleOf = (
  reflector: Reflector,
  handler: object,
  controller: object,
): Rule | undefined =>
  reflector.getAllAndOverride(Requires, [handler as () => void, controller as never]);
