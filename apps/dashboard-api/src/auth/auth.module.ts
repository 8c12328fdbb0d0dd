import { Module } from '@nestjs/common';
import { AuthController } from './auth.controller.js';
import { OidcController } from './oidc.controller.js';

@Module({ controllers: [AuthController, OidcController] })
export class AuthModule {}
