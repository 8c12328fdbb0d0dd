import { runService } from '@iot/common/service';
import { definition } from './definition.js';

await runService(definition);
