#!/usr/bin/env node
// `cluster.mjs start | stop | exec -- COMMAND …`: a Kubernetes control plane on this machine.
import { runMain } from './run-main.mjs';

runMain(process.argv.slice(2));
