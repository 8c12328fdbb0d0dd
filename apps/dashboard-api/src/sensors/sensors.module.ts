import { Module } from '@nestjs/common';
import { ListsModule } from '../lists/lists.module.js';
import { SensorsController } from './sensors.controller.js';

@Module({ imports: [ListsModule], controllers: [SensorsController] })
export class SensorsModule {}
