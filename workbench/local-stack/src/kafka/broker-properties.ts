/** What differs between two embedded brokers. */
export interface BrokerSettings {
  port: number;
  controllerPort: number;
  /** Folder of the log segments. */
  logDir: string;
}

/**
 * server.properties of a single node that is broker and controller. Everything that is replicated
 * elsewhere has one replica here.
 */
export function brokerProperties(
  settings: BrokerSettings,
  extra: Readonly<Record<string, string>> = {},
): string {
  const { port, controllerPort, logDir } = settings;
  const properties: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': logDir,
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    // The default of 50 partitions is for large clusters; a few are made and loaded sooner.
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.num.partitions': '4',
    // A broker that was killed may come back only when its former session has run out: 9 s by
    // default, which is long to wait for on one machine.
    'broker.session.timeout.ms': '2000',
    'broker.heartbeat.interval.ms': '500',
    'group.initial.rebalance.delay.ms': '0',
    // The services make their topics themselves, with the partitions and retention that belong to
    // each.
    'auto.create.topics.enable': 'false',
    ...extra,
  };
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/** Kafka's logging: INFO and above, one line each, to standard output. */
export const LOG4J2 = `Configuration:
  Appenders:
    Console:
      name: STDOUT
      PatternLayout: { pattern: '%d{ISO8601} %p %c{1} %m%n' }
  Loggers:
    Root: { level: INFO, AppenderRef: { ref: STDOUT } }
`;
