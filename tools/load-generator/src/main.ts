#!/usr/bin/env node
import { loadgen } from './loadgen.js';

process.exitCode = await loadgen(process.argv.slice(2));
