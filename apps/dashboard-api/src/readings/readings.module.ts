import { Module } from '@nestjs/common';
import { ListsModule } from '../lists/lists.module.js';
import { ReadingsController } from './readings.controller.js';

@Module({ imports: [ListsModule], controllers: [ReadingsController] })
export class ReadingsModule {}
