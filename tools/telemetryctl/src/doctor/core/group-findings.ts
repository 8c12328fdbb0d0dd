import { ok, warn, type Finding } from './finding.js';

/** A member of a consumer group. */
export interface Member {
  readonly clientId: string;
  readonly host: string;
}

/** @param service the client id that members of the group have */
export function memberFindings(
  group: string,
  service: string,
  members: readonly Member[],
): Finding {
  const strangers = members.filter(({ clientId }) => clientId !== service);
  if (strangers.length > 0)
    return warn(
      `group ${group}`,
      `${strangers.map(({ clientId, host }) => `${clientId} at ${host}`).join(', ')} is in it beside ${service}`,
      'another program takes partitions from it: give that one a group of its own',
    );
  return members.length === 0
    ? warn(`group ${group}`, 'has no members', `start the ${service}`)
    : ok(`group ${group}`, `${members.length} of ${service}`);
}

/** @param others groups that this user may see, and that are none of the platform's */
export const otherReaders = (topic: string, others: readonly string[]): Finding =>
  ok(
    'who else',
    `${others.length === 0 ? 'no other group is seen' : `also seen: ${others.slice(0, 5).join(', ')}${others.length > 5 ? ` and ${others.length - 5} more` : ''}`}; ` +
      `Kafka does not tell who writes to ${topic}: dead letters name what others wrote wrongly`,
  );
