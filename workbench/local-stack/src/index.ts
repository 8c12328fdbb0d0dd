export {
  type KafkaHandle,
  type KafkaOptions,
  kafkaProcess,
  startKafka,
} from './kafka/start-kafka.js';
export {
  type MongoHandle,
  type MongoOptions,
  mongoProcess,
  startMongo,
} from './mongo/start-mongo.js';
export {
  findMosquitto,
  type MqttHandle,
  type MqttOptions,
  mqttProcess,
  startMqtt,
} from './mqtt/start-mqtt.js';
export {
  type ServiceHandle,
  type ServiceOptions,
  serviceProcess,
  startService,
} from './service.js';
export { Supervisor, type SupervisorOptions } from './processes/supervisor.js';
export {
  ManagedProcess,
  type ProcessExit,
  type ProcessSpec,
  describeExit,
} from './processes/managed-process.js';
export { clearLeftover } from './processes/pid-file.js';
export { isSameProcess, processId, processIdentity } from './processes/identity.js';
export { freePort, freePorts, isPortFree } from './ports.js';
export { findOnPath, MissingToolError } from './backends/java.js';
export { cached, ensureBackends } from './backends/cache.js';
export { makeClassArchive } from './kafka/class-archive.js';
export { workspaceRoot } from './workspace.js';
export {
  findFrontDoor,
  type FrontDoorHandle,
  type FrontDoorKind,
  type FrontDoorOptions,
  startFrontDoor,
} from './front-door/start-front-door.js';
