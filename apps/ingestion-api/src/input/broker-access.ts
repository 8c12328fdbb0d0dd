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

/**
 * Whether a device may do what it asks its MQTT broker for. Its password is its key, and its user
 * name the device, or the id of the key where that is for many: brokers forget the password, and
 * ask about a topic by the user name alone.
 * @param now epoch ms
 */
export function allows(
  { credentials, authenticator, topics, deviceLevel }: BrokerAccessOptions,
  question: BrokerQuestion,
  now: number,
): boolean {
  const { username } = question;
  // A device that is called like another's key would get what that is for.
  const key = credentials.key(username);
  if (question.about === 'connect') {
    const grant = authenticator.check(`Bearer ${question.password}`, now);
    if (typeof grant === 'string') return false;
    return grant.id === username ? key !== undefined : !key && grant.allows(username, now);
  }
  if (!isTopicOf(topics, question.topic)) return false;
  const device = deviceOf(question.topic, deviceLevel);
  if (!key) return device === username;
  if (key.expires > 0 && key.expires * 1000 <= now) return false;
  return device === undefined ? key.scope === '*' : scopeHolds(key.scope, device);
}
