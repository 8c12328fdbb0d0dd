import { asMissingRight, refusedResource, withRights, type Right } from './rights.js';

const protocolError = (type: string): Error => Object.assign(new Error(type), { type });
const read: Right = { operation: 'Read', resource: 'group', names: ['tool-'], prefixed: true };
const describeTopics: Right = { operation: 'Describe', resource: 'topic', names: ['a', 'b'] };

describe('what Kafka refuses', () => {
  it.each([
    ['TOPIC_AUTHORIZATION_FAILED', 'topic'],
    ['GROUP_AUTHORIZATION_FAILED', 'group'],
    ['CLUSTER_AUTHORIZATION_FAILED', 'cluster'],
    ['TRANSACTIONAL_ID_AUTHORIZATION_FAILED', 'transactional id'],
    ['UNKNOWN_TOPIC_OR_PARTITION', undefined],
    ['constructor', undefined],
  ])('%s: %s, however it is wrapped', (type, resource) => {
    const error = protocolError(type);
    const once = new Error('gave up', { cause: error });
    expect(refusedResource(error)).toBe(resource);
    expect(refusedResource(new Error('again', { cause: once }))).toBe(resource);
    expect(refusedResource(Object.assign(new Error('many'), { errors: [null, error] }))).toBe(
      resource,
    );
  });

  it('ends where a cause is its own cause', () => {
    const error = new Error('a');
    error.cause = error;
    expect(refusedResource(error)).toBeUndefined();
  });

  it('is told with the ACL that is missing', async () => {
    const refused = protocolError('GROUP_AUTHORIZATION_FAILED');
    await expect(
      withRights([describeTopics, read], () => Promise.reject(refused)),
    ).rejects.toMatchObject({
      name: 'MissingRight',
      cause: refused,
      right: read,
      message:
        'Kafka refuses this user: add the ACL that allows Read on the group tool- as a prefix ' +
        '(docs/production.md lists what is needed)',
    });
    await expect(
      withRights([describeTopics], () =>
        Promise.reject(protocolError('TOPIC_AUTHORIZATION_FAILED')),
      ),
    ).rejects.toThrow('the ACL that allows Describe on the topics a, b (');
  });

  it('says no more than it knows where kafkajs found no coordinator, or nobody said what was asked', () => {
    const none = Object.assign(new Error('none'), { name: 'KafkaJSGroupCoordinatorNotFound' });
    expect((asMissingRight(none, [read]) as Error).message).toMatch(
      /^Kafka names no coordinator of the group tool-: either it is electing one, or this user lacks the ACL /,
    );
    expect((asMissingRight(protocolError('CLUSTER_AUTHORIZATION_FAILED')) as Error).message).toBe(
      'Kafka refuses this user a right to a cluster: docs/production.md lists what is needed',
    );
  });

  it('leaves other errors, and what is told already, as they are', () => {
    const other = new Error('disk full');
    expect(asMissingRight(other, [read])).toBe(other);
    const told = asMissingRight(protocolError('GROUP_AUTHORIZATION_FAILED'), [read]);
    expect(asMissingRight(told, [describeTopics])).toBe(told);
  });
});
