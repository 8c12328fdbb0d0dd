import { RuleStore } from '@iot/alert-rules';
import { Mongo } from '@iot/mongo';
import { SensorCatalogue } from '@iot/telemetry';
import { Module } from '@nestjs/common';
import { AlertRulesController } from './alert-rules.controller.js';
import { BackTestController } from './back-test.controller.js';

@Module({
  controllers: [AlertRulesController, BackTestController],
  providers: [
    {
      provide: RuleStore,
      inject: [Mongo, SensorCatalogue],
      useFactory: (mongo: Mongo, catalogue: SensorCatalogue) =>
        new RuleStore(mongo, new Set(catalogue.byName.keys())),
    },
  ],
})
export class AlertRulesModule {}
