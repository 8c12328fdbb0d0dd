import type { Document } from '@iot/mongo';
import { Reflector } from '@nestjs/core';
import type { List } from './list.js';

/** The list that a handler serves. */
export const ServedList = Reflector.createDecorator<List<Document, unknown>>();
