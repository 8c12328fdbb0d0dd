#!/usr/bin/env node
import { endOnClosedPipe } from '@iot/printable';
import { telemetryctl } from './telemetryctl.js';

endOnClosedPipe();
process.exitCode = await telemetryctl(process.argv.slice(2));
