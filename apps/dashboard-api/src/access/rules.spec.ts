import 'reflect-metadata';
import { statedRuleOf } from '@iot/access';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { Reflector } from '@nestjs/core';
import type { Type } from '@nestjs/common';
import { RESOURCES } from '../dashboard.module.js';

const controllers = RESOURCES.flatMap(
  (module) => (Reflect.getMetadata('controllers', module) ?? []) as Type<object>[],
);
const endpoints = controllers.flatMap((controller) =>
  Object.entries(Object.getOwnPropertyDescriptors(controller.prototype)).flatMap(
    ([name, { value }]) =>
      typeof value === 'function' && Reflect.hasMetadata(METHOD_METADATA, value as object)
        ? [[`${controller.name}.${name}`, controller, value as object] as const]
        : [],
  ),
);

it('sees the endpoints', () => expect(endpoints.length).toBeGreaterThan(10));

it.each(endpoints)('%s says who may use it', (_name, controller, handler) => {
  expect(statedRuleOf(new Reflector(), handler, controller)).toBeDefined();
});
