export { FakeBroker, type FakeConnection } from './fake-broker.js';
