import { runService } from '@iot/common/service';
import { aggregator } from './definition.js';

await runService(aggregator);
