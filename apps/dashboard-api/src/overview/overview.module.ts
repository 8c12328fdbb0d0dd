import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { PageModule } from '../page/page.module.js';
import { Endpoints } from './endpoints.js';
import { OverviewController } from './overview.controller.js';

@Module({
  imports: [DiscoveryModule, PageModule],
  controllers: [OverviewController],
  providers: [Endpoints],
})
export class OverviewModule {}
