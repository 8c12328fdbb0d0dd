export { LagReader, type GroupLag, type LagReaderEnv, type TopicLag } from './lag-reader.js';
