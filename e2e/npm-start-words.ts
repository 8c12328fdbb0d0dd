import { freePorts } from '@iot/local-stack';
import { SERVICES } from '@iot/register';

/** Free ports for all that `npm start` starts. */
export interface StackPorts {
  readonly kafka: number;
  readonly mongo: number;
  readonly mqtt: number;
  /** In the order of --ports. */
  readonly services: readonly number[];
  readonly all: readonly number[];
}

export async function stackPorts(): Promise<StackPorts> {
  const all = await freePorts(3 + SERVICES.length);
  const [kafka, mongo, mqtt, ...services] = all as [number, number, number, ...number[]];
  return { kafka, mongo, mqtt, services, all };
}

/** The options of `npm start` that put it on these ports. */
export const portWords = ({ kafka, mongo, mqtt, services }: StackPorts): string[] => [
  ...['--kafka-port', `${kafka}`, '--mongo-port', `${mongo}`, '--mqtt-port', `${mqtt}`],
  ...['--ports', services.join(',')],
];
