import { Module } from '@nestjs/common';
import { MutesController } from './mutes.controller.js';

@Module({ controllers: [MutesController] })
export class MutesModule {}
