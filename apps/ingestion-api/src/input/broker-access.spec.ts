import {
  Authenticator,
  Credentials,
  deviceSecret,
  encodeCredential,
  keyText,
  newGroup,
  newKey,
} from '@iot/credentials';
import { readQuestion } from '../core/broker-question.js';
import { allows } from './broker-access.js';

const NOW = 1_800_000_000_000;
const SECRET = 'thirty-two characters, at the very least';

const credentials = new Credentials(SECRET);
const put = (one: { id: string; record: Parameters<typeof encodeCredential>[0] }): void =>
  void credentials.apply(one.id, Buffer.from(encodeCredential(one.record)));
const press = newKey({ name: 'press', scope: 'press-1' }, NOW);
const plant = newKey({ name: 'plant', scope: 'plant-7.*' }, NOW);
const all = newKey({ name: 'all', scope: '*' }, NOW);
const old = newKey({ name: 'old', scope: '*', expires_at: NOW - 1000 }, NOW - 2000);
const group = newGroup({ name: 'g', scope: '*' }, SECRET, NOW);
for (const one of [press, plant, all, old, group]) put(one);
const ofGroup = (device: string): string =>
  keyText(group.id, deviceSecret(Buffer.from(group.secret, 'base64url'), device));

const ask = (body: object, deviceLevel = 2, topics = ['sensors/#']): boolean => {
  const question = readQuestion(body);
  const authenticator = new Authenticator(credentials);
  return (
    question !== undefined &&
    allows({ credentials, authenticator, topics, deviceLevel }, question, NOW)
  );
};

describe('a device that connects', () => {
  it.each([
    ['its own name and key', { username: 'press-1', password: press.secret }, true],
    ['the id of its key', { username: press.id, password: press.secret }, true],
    ['a name within the scope', { username: 'plant-7.a', password: plant.secret }, true],
    ['the key of its group', { username: 'd1', password: ofGroup('d1') }, true],
    ['the key of another of its group', { username: 'd2', password: ofGroup('d1') }, false],
    ['the id of its group', { username: group.id, password: ofGroup('d1') }, false],
    ['the name of another device', { username: 'press-2', password: press.secret }, false],
    ['the id of another key', { username: plant.id, password: press.secret }, false],
    ['the id of another key, and one for all', { username: plant.id, password: all.secret }, false],
    ['an expired key', { username: 'd1', password: old.secret }, false],
    ['no password', { username: 'press-1' }, false],
    ['an empty password', { username: 'press-1', password: '' }, false],
    ['something else', { username: 'press-1', password: `${press.secret} x` }, false],
    ['no user name', { username: '', password: press.secret }, false],
  ])('with %s', (_, body, allowed) => expect(ask(body)).toBe(allowed));
});

describe('a device that publishes', () => {
  const publish = (username: string, topic: string): object => ({
    username,
    topic,
    action: 'publish',
  });

  it.each([
    ['press-1', 'sensors/press-1', true],
    ['press-1', 'sensors/press-1/raw', true],
    ['press-1', 'sensors/press-2', false],
    ['press-1', 'sensors', false],
    ['press-1', 'commands/press-1', false],
    ['press-1', 'sensors/press-1/#', false],
    ['press-1', 'sensors/+', false],
    ['press-1', '$SYS/press-1', false],
    [press.id, 'sensors/press-1', true],
    [press.id, 'sensors/press-2', false],
    [plant.id, 'sensors/plant-7.b', true],
    [plant.id, 'sensors/plant-8.b', false],
    [old.id, 'sensors/press-1', false],
  ])('as %s on %s', (username, topic, allowed) =>
    expect(ask(publish(username, topic))).toBe(allowed),
  );

  it('needs a key for all where topics name no device', () => {
    expect(ask(publish(all.id, 'sensors'), 0)).toBe(true);
    expect(ask(publish(plant.id, 'sensors'), 0)).toBe(false);
    expect(ask(publish('press-1', 'sensors'), 0)).toBe(false);
  });

  it.each([
    [{ acc: 2 }, true],
    [{ acc: '2' }, true],
    [{ acc: 1 }, false],
    [{ acc: 3 }, false],
    [{ acc: 4 }, false],
    [{ action: 'subscribe' }, false],
    [{ action: 'publish', acc: 1 }, false],
    [{}, false],
  ])('and nothing else: %j', (how, allowed) =>
    expect(ask({ username: 'press-1', topic: 'sensors/press-1', ...how })).toBe(allowed),
  );
});

describe('a device whose user name has the id of its key', () => {
  const publish = (username: string, topic: string): object => ({
    ...{ username, topic, action: 'publish' },
  });

  it.each([
    ['its key', { username: `${press.id}/press-1`, password: press.secret }, true],
    ['a key for several', { username: `${plant.id}/plant-7.a`, password: plant.secret }, true],
    ['its group', { username: `${group.id}/d1`, password: ofGroup('d1') }, true],
    ['another key', { username: `${plant.id}/press-1`, password: press.secret }, false],
    ['another device', { username: `${press.id}/press-2`, password: press.secret }, false],
    ['another of its group', { username: `${group.id}/d2`, password: ofGroup('d1') }, false],
    ['no device', { username: `${press.id}/`, password: press.secret }, false],
  ])('connects as %s', (_, body, allowed) => expect(ask(body)).toBe(allowed));

  it.each([
    [`${press.id}/press-1`, 'sensors/press-1', true],
    [`${press.id}/press-1`, 'sensors/press-2', false],
    [`${press.id}/press-2`, 'sensors/press-2', false],
    [`${plant.id}/plant-7.a`, 'sensors/plant-7.a', true],
    [`${plant.id}/plant-7.a`, 'sensors/plant-7.b', false],
    [`${group.id}/d1`, 'sensors/d1', true],
    [`${group.id}/d1`, 'sensors/d2', false],
    [`${old.id}/d1`, 'sensors/d1', false],
    ['k00000000000/d1', 'sensors/d1', false],
    ['g00000000000/d1', 'sensors/d1', false],
  ])('publishes as %s on %s: %s', (username, topic, allowed) =>
    expect(ask(publish(username, topic))).toBe(allowed),
  );

  it('publishes nothing from when its key is revoked, or it is blocked in its group', () => {
    const single = newKey({ name: 'gone', scope: 'd7' }, NOW);
    const many = newGroup({ name: 'gone', scope: '*' }, SECRET, NOW);
    for (const one of [single, many]) put(one);
    const names = [`${single.id}/d7`, `${many.id}/d7`, `${many.id}/d8`];
    const allowed = (): boolean[] =>
      names.map((name) => ask(publish(name, `sensors/${name.split('/')[1]}`)));
    expect(allowed()).toEqual([true, true, true]);
    credentials.apply(single.id, null);
    put({ id: `${many.id}/d7`, record: { kind: 'block' } as never });
    expect(allowed()).toEqual([false, false, true]);
    credentials.apply(many.id, null);
    expect(allowed()).toEqual([false, false, false]);
  });
});

it.each([null, undefined, 'text', 7, [], { username: {} }, { username: 'a', topic: {} }])(
  'allows nothing by %j',
  (body) => expect(readQuestion(body)).toBeUndefined(),
);
