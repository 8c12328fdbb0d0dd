/** What an MQTT broker asks about a client of its own. */
export type BrokerQuestion =
  | { readonly about: 'connect'; readonly username: string; readonly password: string }
  | { readonly about: 'publish'; readonly username: string; readonly topic: string };

/** `acc` of mosquitto-go-auth: 1 read, 2 write, 3 both, 4 subscribe. */
const WRITE = 2;

/**
 * Reads the body of a question: with a topic it is about an action, by the `action` of EMQX or the
 * `acc` of mosquitto-go-auth, else about a connection.
 *
 * @returns undefined for what no device may do: all but to connect with a key, and to publish
 */
export function readQuestion(body: unknown): BrokerQuestion | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { username, password, topic, action, acc } = body as Record<string, unknown>;
  if (typeof username !== 'string' || username === '') return undefined;
  if (topic === undefined)
    return typeof password === 'string' ? { about: 'connect', username, password } : undefined;
  const publishes = action === undefined ? Number(acc) === WRITE : action === 'publish';
  if (typeof topic !== 'string' || !publishes || (acc !== undefined && Number(acc) !== WRITE))
    return undefined;
  return { about: 'publish', username, topic };
}
