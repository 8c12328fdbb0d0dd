import { Module } from '@nestjs/common';
import { ListsModule } from '../lists/lists.module.js';
import { DevicesController } from './devices.controller.js';

@Module({ imports: [ListsModule], controllers: [DevicesController] })
export class DevicesModule {}
