import { runService } from '@iot/service';
import { definition } from './definition.js';

await runService(definition);
