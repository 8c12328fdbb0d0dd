import { SERVICES_BY_PORT, type NamedService } from '@iot/register';
import { Command, InvalidArgumentError } from 'commander';

/** A service to start: its folder under apps/, its port, and whether it has /docs. */
export type ServiceEntry = Pick<NamedService, 'name' | 'port' | 'docs'>;

export const SERVICES: readonly ServiceEntry[] = SERVICES_BY_PORT.map(({ name, port, docs }) => ({
  name,
  port,
  docs,
}));
const NAMES: readonly string[] = SERVICES.map(({ name }) => name);

export interface StackOptions {
  /** Data folder, as given. */
  data: string;
  kafkaPort: number;
  mongoPort: number;
  mqttPort: number;
  /** The services to start, each with its port. */
  services: ServiceEntry[];
  /** Who asks has to say who one is. */
  auth: boolean;
  quiet: boolean;
  verbose: boolean;
  clean: boolean;
  yes: boolean;
}

/**
 * Options from the words after `npm start --`. Prints help or a usage error, and throws commander's
 * CommanderError instead of ending the process.
 */
export function parseOptions(words: readonly string[]): StackOptions {
  const command = new Command('npm start --')
    .description(
      'Starts Kafka, a MongoDB-protocol server, an MQTT broker and the services on this machine, and starts again what dies.',
    )
    .option('--data <dir>', 'folder for data and logs', '.data')
    .option('--kafka-port <port>', 'port of the embedded Kafka', port, 9092)
    .option('--mongo-port <port>', 'port of the embedded MongoDB', port, 27017)
    .option('--mqtt-port <port>', 'port of the embedded MQTT broker', port, 1883)
    .option(
      '--ports <ports>',
      `ports of ${NAMES.join(', ')}`,
      ports,
      SERVICES.map((service) => service.port),
    )
    .option(
      '--only <services>',
      'start only these services, by name and separated by commas',
      names,
    )
    .option('--backends-only', 'start Kafka, MongoDB and the MQTT broker, and no service', false)
    .option(
      '--auth',
      'ask for device keys and log-ins, as AUTH=on does; always so where HOST is not a loopback address',
      false,
    )
    .option('--quiet', 'print the addresses and what goes wrong, no progress', false)
    .option('--verbose', "print all the services' log lines, not only warnings and errors", false)
    .option('--clean', 'delete the data of earlier runs first', false)
    .option('--yes', 'do not ask before deleting', false)
    .addHelpText(
      'after',
      '\nEnvironment: with KAFKA_BOOTSTRAP_SERVERS, MONGO_URL or MQTT_URL set, that server is used and none is started. HOST is the address that the services listen on, ' +
        '127.0.0.1 unless it is set. Every other variable is passed on to the services.',
    )
    .exitOverride();
  command.parse([...words], { from: 'user' });
  const given = command.opts<
    Omit<StackOptions, 'services'> & { ports: number[]; only?: string[]; backendsOnly: boolean }
  >();
  const { ports: servicePorts, only, backendsOnly, ...options } = given;
  const services = SERVICES.map((service, index) => ({
    ...service,
    port: servicePorts[index] ?? service.port,
  }));
  return {
    ...options,
    services: backendsOnly
      ? []
      : services.filter((service) => only?.includes(service.name) ?? true),
  };
}

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 65_535)
    throw new InvalidArgumentError(`"${text}" is not a port: give a number from 1 to 65535.`);
  return value;
}

function ports(text: string): number[] {
  const values = text.split(',').map((part) => port(part.trim()));
  if (values.length !== SERVICES.length)
    throw new InvalidArgumentError(
      `Give ${SERVICES.length} ports, separated by commas, such as ${SERVICES.map(({ port: usual }) => usual)}.`,
    );
  if (new Set(values).size !== values.length)
    throw new InvalidArgumentError('Give a different port to each service.');
  return values;
}

function names(text: string): string[] {
  return text.split(',').map((part) => {
    const name = part.trim();
    if (!NAMES.includes(name))
      throw new InvalidArgumentError(
        `There is no service "${name}"; there are ${NAMES.join(', ')}.`,
      );
    return name;
  });
}
