import { Module } from '@nestjs/common';
import { ListsModule } from '../lists/lists.module.js';
import { RollupsController } from './rollups.controller.js';

@Module({ imports: [ListsModule], controllers: [RollupsController] })
export class RollupsModule {}
