export { WireProxy, type Refusal } from './wire-proxy.js';
