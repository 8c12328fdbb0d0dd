import { runService } from '@iot/service';
import { ingestionService } from './definition.js';

await runService(ingestionService);
