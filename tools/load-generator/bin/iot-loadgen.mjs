#!/usr/bin/env node
// Checked in, so that it is there and executable when npm links it, before anything is built.
import '../dist/main.js';
