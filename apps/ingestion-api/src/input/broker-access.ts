import { scopeHolds, type Authenticator, type Credentials } from '@iot/credentials';
import { deviceOf, isTopicOf } from '@iot/intake';
import type { BrokerQuestion } from '../core/broker-question.js';

export interface BrokerAccessOptions {
  readonly credentials: Credentials;
  readonly authenticator: Authenticator;
  /** Topics of readings. */
  readonly topics: readonly string[];
  /** Level of the topic that names the device; 0: none does. */
  readonly deviceLevel: number;
}

/** `KEY/DEVICE`: the id of the key or group, and the device. No device id has a slash. */
const NAMED = /^([kg][0-9A-Za-z]{11})\/(.+)$/;

/**
 * Whether a device may do what it asks its MQTT broker for. Its password is its key, and its user
 * name the id of that key or group and the device, or one of them: brokers forget the password, and
 * ask about a topic by the user name alone. With the id in the name it is seen there whether the
 * key is still in force; a device alone may have been let in by any key.
 * @param now epoch ms
 */
export function allows(
  { credentials, authenticator, topics, deviceLevel }: BrokerAccessOptions,
  question: BrokerQuestion,
  now: number,
): boolean {
  const { username } = question;
  const [, id, own] = NAMED.exec(username) ?? [];
  // A device that is called like another's key would get what that is for.
  const key = credentials.key(username);
  if (question.about === 'connect') {
    const grant = authenticator.check(`Bearer ${question.password}`, now);
    if (typeof grant === 'string') return false;
    if (id !== undefined) return grant.id === id && grant.allows(own!, now);
    return grant.id === username ? key !== undefined : !key && grant.allows(username, now);
  }
  if (!isTopicOf(topics, question.topic)) return false;
  const device = deviceOf(question.topic, deviceLevel);
  if (id !== undefined) return device === own && isInForce(credentials, id, own!, now);
  if (!key) return device === username;
  if (key.expires > 0 && key.expires * 1000 <= now) return false;
  return device === undefined ? key.scope === '*' : scopeHolds(key.scope, device);
}

/** Whether a key or a group is for a device, and neither revoked, expired nor blocked for it. */
function isInForce(credentials: Credentials, id: string, device: string, now: number): boolean {
  const key = credentials.key(id);
  if (key) return !(key.expires > 0 && key.expires * 1000 <= now) && scopeHolds(key.scope, device);
  const group = credentials.group(id);
  return (
    group !== undefined &&
    (group.expires_at ?? Infinity) > now &&
    scopeHolds(group.scope, device) &&
    !credentials.isBlocked(id, device)
  );
}
