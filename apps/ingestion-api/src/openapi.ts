import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { serveOpenApi } from '@iot/common/service';
import type { IngestionConfig } from './config.js';

export function serveIngestionApi(app: NestFastifyApplication, _config: IngestionConfig): void {
  serveOpenApi(app, 'Ingestion API', 'Takes readings and answers when Kafka holds them.');
}
