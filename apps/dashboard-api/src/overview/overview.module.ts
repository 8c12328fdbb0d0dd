import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Endpoints } from './endpoints.js';
import { OverviewController } from './overview.controller.js';

@Module({
  imports: [DiscoveryModule],
  controllers: [OverviewController],
  providers: [Endpoints],
})
export class OverviewModule {}
