import { runService } from '@iot/service';
import { service } from './service.js';

await runService(service);
