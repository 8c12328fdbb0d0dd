import 'reflect-metadata';
import { statedRuleOf } from '@iot/access';
import { documentedRules } from '@iot/access/testing';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { Reflector } from '@nestjs/core';
import { RequestMethod, type Type } from '@nestjs/common';
import { RESOURCES } from '../dashboard.module.js';

const controllers = RESOURCES.flatMap(
  (module) => (Reflect.getMetadata('controllers', module) ?? []) as Type<object>[],
);
const pathOf = (target: object): string => String(Reflect.getMetadata(PATH_METADATA, target) ?? '');
/** Such as `GET /devices/{id}/telemetry`. */
function endpointOf(controller: object, handler: object): string {
  const method = RequestMethod[Number(Reflect.getMetadata(METHOD_METADATA, handler))];
  const parts = `${pathOf(controller)}/${pathOf(handler)}`.split('/').filter(Boolean);
  return `${method} /${parts.map((part) => part.replace(/^:(.*)$/, '{$1}')).join('/')}`;
}
/** What a browser loads is no part of the API. */
const isInApi = (controller: object): boolean =>
  !Reflect.hasMetadata('swagger/apiExcludeController', controller);
const stated = controllers.flatMap((controller) =>
  Object.values(Object.getOwnPropertyDescriptors(controller.prototype)).flatMap(({ value }) =>
    typeof value === 'function' && Reflect.hasMetadata(METHOD_METADATA, value as object)
      ? [
          [
            endpointOf(controller, value as object),
            statedRuleOf(new Reflector(), value as object, controller),
            isInApi(controller),
          ] as const,
        ]
      : [],
  ),
);
const documented = documentedRules();

it('sees the endpoints', () => expect(stated.length).toBeGreaterThan(20));

it.each(stated)(
  '%s says who may use it, and docs/security.md says the same',
  (endpoint, rule, inApi) => {
    expect(rule).toBeDefined();
    if (!inApi) return;
    expect([endpoint, documented.get(endpoint)]).toEqual([endpoint, rule]);
  },
);
