/* What an entry of the register says. */

/** A server that is not part of the platform. */
export type Server = 'kafka' | 'mongo' | 'mqtt';

/** A process of the platform: apps/<its name>. */
export interface Service {
  /**
   * An api has clients; a worker takes its work from Kafka; a gateway brings readings in from
   * another system.
   */
  readonly kind: 'api' | 'worker' | 'gateway';
  /** Where it listens unless PORT says otherwise. */
  readonly port: number;
  /** One line, in the third person. */
  readonly about: string;
  /** Without these it is not ready. */
  readonly needs: readonly Server[];
  /** It asks these too, and goes on without them. */
  readonly asks?: readonly Server[];
  /** What it consumes, when it does. */
  readonly group?: ConsumerGroup;
  /** It serves /docs and /openapi.json. */
  readonly docs: boolean;
  /** The chart leaves it out unless its values say otherwise. */
  readonly optional?: boolean;
}

/** The consumer group of a service. */
export interface ConsumerGroup {
  /** Its id, unless CONSUMER_GROUP of the service says otherwise. */
  readonly name: string;
  /** The variable by which other programs are told the id. */
  readonly variable: `${string}_GROUP`;
  /** The variable that names the topic. */
  readonly topic: `${string}_TOPIC`;
}

/** What people see in a browser: an app without a process of its own. */
export interface Page {
  readonly kind: 'page';
  readonly about: string;
  /** The service whose process hands it out. */
  readonly servedBy: string;
}
