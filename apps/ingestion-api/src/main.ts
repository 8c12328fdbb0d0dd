import { runService } from '@iot/common/service';
import { ingestionService } from './definition.js';

await runService(ingestionService);
