import 'reflect-metadata';
import { Body, Controller, Get, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { connect, group, recordOf } from './floor-output.js';

/** The floor's work for `POST /ingest`, done in a controller of Nest on Fastify. */
@Controller()
class IngestController {
  @Post('ingest')
  @HttpCode(202)
  async ingest(@Body() reading: object): Promise<object> {
    await group.send([recordOf(JSON.stringify(reading), String(Date.now()))]);
    return { status: 'queued', accepted: 1 };
  }

  @Get('health/ready')
  ready(): string {
    return 'ok';
  }
}

@Module({ controllers: [IngestController] })
class NestFloor {}

await connect();
const app = await NestFactory.create(NestFloor, new FastifyAdapter(), { logger: false });
await app.listen(Number(process.env['PORT']), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
