import { Reflector } from '@nestjs/core';

/** Names a route at `GET /`, with these words. */
export const InIndex = Reflector.createDecorator<string>();
