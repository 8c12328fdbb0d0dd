import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { DashboardConfig } from '../config.js';
import { AccessGuard } from './access.guard.js';
import { GATE, OPEN_GATE, type Gate } from './gate.js';

/** Nobody can log in yet. */
const CLOSED_GATE: Gate = {
  identify: () => ({ reason: 'missing', sentence: 'An access token is needed.' }),
};

/** Who may use which endpoint. */
@Module({})
export class AccessModule {
  static forRoot({ AUTH }: DashboardConfig): DynamicModule {
    return {
      module: AccessModule,
      providers: [
        { provide: GATE, useValue: AUTH === 'on' ? CLOSED_GATE : OPEN_GATE },
        { provide: APP_GUARD, useClass: AccessGuard },
      ],
    };
  }
}
