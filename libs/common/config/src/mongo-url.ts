const SHAPE = /^mongodb(\+srv)?:\/\/(?:([^@/?]*)@)?([^/?@]+)(?:\/([^?]*))?(?:\?(.*))?$/s;
const NAME = /^[\w.-]+$/;
const ADDRESS = /^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::(\d{1,5}))?$/;
const SOCKET = /^(?:%[\da-fA-F]{2}|[\w.-])+\.sock$/;

/** What is allowed, for the line about one that is not. */
export const MONGO_URL_ALLOWED =
  'mongodb://[user:password@]host[:port][,…][/db][?options] or mongodb+srv://…, with @ : / ? # % of user and password percent-encoded';

function parts(
  url: string,
):
  { srv: boolean; user: string | undefined; hosts: string; query: string | undefined } | undefined {
  const [, srv, user, hosts, , query] = SHAPE.exec(url) ?? [];
  if (hosts === undefined) return undefined;
  const isHost = (host: string): boolean => {
    const port = Number(ADDRESS.exec(host)?.[1] ?? 27017);
    return SOCKET.test(host) || (ADDRESS.test(host) && port >= 1 && port <= 65_535);
  };
  const fits = srv ? NAME.test(hosts) : hosts.split(',').every(isHost);
  return fits ? { srv: srv !== undefined, user, hosts, query } : undefined;
}

/**
 * Whether a text has the shape of a connection string. What its options mean is the driver's to
 * say.
 */
export const isMongoUrl = (url: string): boolean => parts(url) !== undefined;

/** The connection string without what may be secret: user, password and options. */
export function shownMongoUrl(url: string): string {
  const known = parts(url);
  if (!known || isUnclear(url)) return PORT_ALONE.test(url) ? url : 'mongodb…';
  return `mongodb${known.srv ? '+srv' : ''}://${known.user === undefined ? '' : '…@'}${known.hosts}`;
}

/** With an @ in what follows them, what looks like hosts may be part of a password. */
const isUnclear = (url: string): boolean =>
  /[/?].*@/s.test(url.replace(/^mongodb(\+srv)?:\/\//, ''));

/** Safe to show although it is no connection string: what is wrong with it is the port. */
const PORT_ALONE = /^mongodb:\/\/[\w.-]+:\d{5,6}$/;

/** Options that hold secrets. */
const SECRET_OPTION = /password|properties/i;

/**
 * The line about a connection string that the driver, or what it names, refuses.
 * @param why is left out where it may repeat anything that is secret: part of a user's password, or
 *   of an option that holds one
 */
export function mongoUrlLine(url: string, why: string): string {
  const { user = '', query = '' } = parts(url) ?? {};
  const secrets = [user, ...user.split(':')]
    .flatMap((text) => [text, decoded(text)])
    .filter(Boolean);
  const safe =
    !isUnclear(url) &&
    !SECRET_OPTION.test(decoded(query)) &&
    !secrets.some((secret) => why.includes(secret));
  const reason = safe ? ` (${why.split('\n')[0]})` : '';
  return `MONGO_URL is ${JSON.stringify(shownMongoUrl(url))}; allowed: ${MONGO_URL_ALLOWED}${reason}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
