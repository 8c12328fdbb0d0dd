import { Module } from '@nestjs/common';
import { ListsModule } from '../lists/lists.module.js';
import { AlertsController } from './alerts.controller.js';

@Module({ imports: [ListsModule], controllers: [AlertsController] })
export class AlertsModule {}
