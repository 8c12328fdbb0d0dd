import { Module } from '@nestjs/common';
import { ListsModule } from '../lists/lists.module.js';
import { LogsController } from './logs.controller.js';

@Module({ imports: [ListsModule], controllers: [LogsController] })
export class LogsModule {}
