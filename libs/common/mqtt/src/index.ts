export { credentialsOf, mqttEnv, type MqttConfig } from './config.js';
export { InOrder, type Turn } from './core/in-order.js';
export { isTopicFilter, overlap } from './core/topic-filter.js';
export { Subscriber, type Delivery, type SubscriberListener } from './subscriber.js';
