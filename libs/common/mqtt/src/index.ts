export { credentialsOf, brokerEnv, type BrokerConfig } from './config.js';
export { InOrder, type Turn } from './core/in-order.js';
export { Publisher, type PublisherOptions } from './publisher.js';
export { Subscriber, type Delivery, type Session, type SubscriberListener } from './subscriber.js';
