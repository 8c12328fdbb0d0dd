import { runService } from '@iot/service';
import { gatewayService } from './service.js';

await runService(gatewayService);
