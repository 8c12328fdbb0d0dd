import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { PageModule } from '../page/page.module.js';
import { Endpoints } from './endpoints.js';
import { Handlers } from './handlers.js';
import { OverviewController } from './overview.controller.js';
import { Rules } from './rules.js';

@Module({
  imports: [DiscoveryModule, PageModule],
  controllers: [OverviewController],
  providers: [Endpoints, Handlers, Rules],
})
export class OverviewModule {}
