/** What differs between two embedded brokers. */
export interface BrokerSettings {
  port: number;
  controllerPort: number;
  /** Folder of the log segments. */
  logDir: string;
  /** A second listener, for users with passwords; absent: none, and nobody is asked for rights. */
  authorized?: AuthorizedListener;
}

/** Where clients log in by SASL/PLAIN, and can do what ACLs allow them, and nothing else. */
export interface AuthorizedListener {
  port: number;
  /** Passwords by user name. */
  users: Readonly<Record<string, string>>;
}

/**
 * server.properties of a single node that is broker and controller. Everything that is replicated
 * elsewhere has one replica here.
 */
export function brokerProperties(
  settings: BrokerSettings,
  extra: Readonly<Record<string, string>> = {},
): string {
  const { port, controllerPort, logDir, authorized } = settings;
  const sasl = authorized ? `,SASL_PLAINTEXT://127.0.0.1:${authorized.port}` : '';
  const properties: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}${sasl}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}${sasl}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map':
      'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT',
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
    ...(authorized && authorizer(authorized.users)),
    ...extra,
  };
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/** Who comes by the other listener has no name, and may do everything: the test that sets rights. */
const authorizer = (users: AuthorizedListener['users']): Record<string, string> => ({
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users': 'User:ANONYMOUS',
  'sasl.enabled.mechanisms': 'PLAIN',
  'listener.name.sasl_plaintext.plain.sasl.jaas.config': [
    'org.apache.kafka.common.security.plain.PlainLoginModule required',
    ...Object.entries(users).map(([name, password]) => `user_${name}="${password}"`),
  ]
    .join(' ')
    .concat(';'),
});

/** Kafka's logging: INFO and above, one line each, to standard output. */
export const LOG4J2 = `Configuration:
  Appenders:
    Console:
      name: STDOUT
      PatternLayout: { pattern: '%d{ISO8601} %p %c{1} %m%n' }
  Loggers:
    Root: { level: INFO, AppenderRef: { ref: STDOUT } }
`;
