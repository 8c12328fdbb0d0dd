import { runService } from '@iot/common/service';
import { alerts } from './definition.js';

await runService(alerts);
