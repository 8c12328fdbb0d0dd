#!/usr/bin/env node
import { endOnClosedPipe } from '@iot/printable';
import { loadgen } from './loadgen.js';

endOnClosedPipe();
process.exitCode = await loadgen(process.argv.slice(2));
