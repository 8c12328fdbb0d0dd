import { runService } from '@iot/service';
import { aggregator } from './definition.js';

await runService(aggregator);
