export { carries } from './carries.js';
export { WireProxy, type Refusal } from './wire-proxy.js';
export { runOnTheLibrary } from './run-on-the-library.js';
