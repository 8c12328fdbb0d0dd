#!/usr/bin/env node
import { telemetryctl } from './telemetryctl.js';

process.exitCode = await telemetryctl(process.argv.slice(2));
