import { Module } from '@nestjs/common';
import { ListsModule } from '../lists/lists.module.js';
import { AlertActs } from './alert-acts.js';
import { AlertActsController } from './alert-acts.controller.js';
import { AlertsController } from './alerts.controller.js';

@Module({
  imports: [ListsModule],
  controllers: [AlertsController, AlertActsController],
  providers: [AlertActs],
})
export class AlertsModule {}
