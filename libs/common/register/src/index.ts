import type { ConsumerGroup, Page, Service } from './service.js';
import * as register from './services.js';

export { connects, shortName } from './services.js';
export type { ConsumerGroup, Page, Server, Service } from './service.js';

/** What there is, by name. */
export const REGISTER = register.REGISTER satisfies Readonly<Record<string, Service | Page>>;

type Register = typeof REGISTER;

export type ServiceName = {
  [Name in keyof Register]: Register[Name] extends Service ? Name : never;
}[keyof Register];

/** The services that consume a topic, which is given by the variable that names it. */
export type ConsumerName<Topic extends ConsumerGroup['topic'] = ConsumerGroup['topic']> = {
  [Name in keyof Register]: Register[Name] extends { group: { topic: Topic } } ? Name : never;
}[keyof Register];

/** The variables by which programs are told the groups of a topic. */
export type GroupVariable<Topic extends ConsumerGroup['topic'] = ConsumerGroup['topic']> =
  Register[ConsumerName<Topic>]['group']['variable'];

/** A service, and its name. */
export type NamedService = Service & { readonly name: ServiceName };

/** All that runs, in the order of the register. */
export const SERVICES = register.SERVICES as unknown as readonly NamedService[];

/** The same in the order of the ports, which people are shown. */
export const SERVICES_BY_PORT = register.SERVICES_BY_PORT as unknown as readonly NamedService[];

/** A service that consumes a topic, and its group. */
export interface Consumer<Topic extends ConsumerGroup['topic']> {
  readonly name: ConsumerName<Topic>;
  readonly group: ConsumerGroup & { readonly variable: GroupVariable<Topic> };
}

/** What consumes a topic, in the order of the register. @param topic the variable that names it */
export const consumersOf = <Topic extends ConsumerGroup['topic']>(
  topic: Topic,
): Consumer<Topic>[] => SERVICES.filter(({ group }) => group?.topic === topic) as never;
