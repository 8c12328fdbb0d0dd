import fc from 'fast-check';
import { isTopicFilter, overlap } from './topic-filter.js';

/** Whether a filter matches a topic, as MQTT 5 says it in 4.7. */
function matches(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false;
  const [wanted, has] = [filter.split('/'), topic.split('/')];
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i] === '#') return true;
    if (i >= has.length || (wanted[i] !== '+' && wanted[i] !== has[i])) return false;
  }
  return wanted.length === has.length;
}
const matchesParent = (filter: string, topic: string): boolean =>
  matches(filter, topic) || (filter.endsWith('/#') && matches(filter.slice(0, -2), topic));

const level = fc.constantFrom('a', 'b', '', '$s');
const topics = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'));
const filters = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, open]) => (open ? [...levels, '#'] : levels).join('/'))
  .filter(isTopicFilter);

describe('overlap', () => {
  it('is there when some topic matches both', () => {
    fc.assert(
      fc.property(filters, filters, topics, (one, other, topic) => {
        fc.pre(matchesParent(one, topic) && matchesParent(other, topic));
        expect(overlap(one, other)).toBe(true);
      }),
    );
  });

  it('is not claimed where no short topic matches both', () => {
    const short: string[] = [];
    const levels = ['a', 'b', '', '$s', 'x'];
    const add = (prefix: string[], depth: number): void => {
      if (prefix.length > 0) short.push(prefix.join('/'));
      if (depth > 0) for (const one of levels) add([...prefix, one], depth - 1);
    };
    add([], 5);
    fc.assert(
      fc.property(filters, filters, (one, other) => {
        const witness = short.some((t) => matchesParent(one, t) && matchesParent(other, t));
        expect(overlap(one, other)).toBe(witness);
      }),
      { numRuns: 200 },
    );
  });
});

describe('isTopicFilter', () => {
  it.each(['sensors/#', '#', '+/a', 'a/+/b', '/', 'a'])('takes %s', (filter) =>
    expect(isTopicFilter(filter)).toBe(true),
  );
  it.each(['', 'a#', 'a/#/b', 'a+', '$share/g/a', 'a\0'])('refuses %j', (filter) =>
    expect(isTopicFilter(filter)).toBe(false),
  );
});
