import { jest } from '@jest/globals';
import type { Admin } from 'kafkajs';
import { topicRanges } from './read-topic.js';

const refused = (type: string): Error => Object.assign(new Error(type), { type });

it('asks for a topic’s offsets again while its partitions have no leader', async () => {
  const fetchTopicOffsets = jest
    .fn<Admin['fetchTopicOffsets']>()
    .mockRejectedValueOnce(refused('NOT_LEADER_FOR_PARTITION'))
    .mockRejectedValueOnce(refused('LEADER_NOT_AVAILABLE'))
    .mockResolvedValue([{ partition: 0, offset: '7', high: '7', low: '2' }]);
  const admin = { fetchTopicOffsets } as unknown as Admin;
  expect(await topicRanges(admin, 'new')).toEqual([{ partition: 0, low: 2, end: 7 }]);
});

it('passes on any other error at once', async () => {
  const fetchTopicOffsets = jest
    .fn<Admin['fetchTopicOffsets']>()
    .mockRejectedValue(refused('TOPIC_AUTHORIZATION_FAILED'));
  const admin = { fetchTopicOffsets } as unknown as Admin;
  await expect(topicRanges(admin, 'x')).rejects.toThrow('TOPIC_AUTHORIZATION_FAILED');
  expect(fetchTopicOffsets).toHaveBeenCalledTimes(1);
});
