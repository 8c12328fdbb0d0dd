#!/usr/bin/env node
// `tool.mjs NAME`: prints the path of one tool's program, and builds it first when it is missing.
// Works in a fresh checkout.
import { runMain } from './run-main.mjs';

runMain(['tool', ...process.argv.slice(2)]);
