import { Module } from '@nestjs/common';
import { ListsModule } from '../lists/lists.module.js';
import { NotificationsController } from './notifications.controller.js';

@Module({ imports: [ListsModule], controllers: [NotificationsController] })
export class NotificationsModule {}
