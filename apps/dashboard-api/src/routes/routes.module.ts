import { Module } from '@nestjs/common';
import { ListsModule } from '../lists/lists.module.js';
import { RoutesController } from './routes.controller.js';

@Module({ imports: [ListsModule], controllers: [RoutesController] })
export class RoutesModule {}
