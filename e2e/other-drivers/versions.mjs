/** Loaded before a service: what is installed passes for other versions of the drivers. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
for (const driver of ['kafkajs', 'mongodb']) require(`${driver}/package.json`).version = '99.0.0';
