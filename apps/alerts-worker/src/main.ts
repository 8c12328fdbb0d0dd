import { runService } from '@iot/service';
import { alerts } from './definition.js';

await runService(alerts);
