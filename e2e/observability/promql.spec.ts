import { namesIn } from './promql.js';

const metrics = (query: string): string[] => namesIn(query).selectors.map(({ metric }) => metric);

describe('the names in a query', () => {
  it('are its metrics, not its functions, words, durations and texts', () => {
    expect(
      metrics('histogram_quantile(0.99, sum by (le) (rate(a_seconds_bucket[5m]))) > 1.5e3'),
    ).toEqual(['a_seconds_bucket']);
    expect(
      metrics('label_replace(group by (x) (a) unless on (x) b{c="d"}, "service", "e f", "", "")'),
    ).toEqual(['a', 'b']);
    expect(metrics('(a unless a offset 1h) or increase(a[1h]) and time() - b > 2 * 86400')).toEqual(
      ['a', 'a', 'a', 'b'],
    );
    expect(metrics('level:a:rate5m == bool 0 or vector(0) # and c')).toEqual(['level:a:rate5m']);
    expect(metrics('rate(a[$__rate_interval]) / on (x) group_left b')).toEqual(['a', 'b']);
  });

  it('are the labels of its braces, with what they are compared with', () => {
    expect(namesIn('a{b="c", d=~"e|f}", g!="", h!~\'.+\'} + i').selectors).toEqual([
      {
        metric: 'a',
        matchers: [
          ['b', '=', 'c'],
          ['d', '=~', 'e|f}'],
          ['g', '!=', ''],
          ['h', '!~', '.+'],
        ],
      },
      { metric: 'i', matchers: [] },
    ]);
  });

  it('are the labels that it groups and joins by', () => {
    expect(
      namesIn('sum by (a, b) (c) / ignoring (d) sum without (e) (f) * on () group_left (g) h')
        .grouping,
    ).toEqual(['a', 'b', 'd', 'e', 'g']);
    expect(namesIn('sum(c) by (a)').grouping).toEqual(['a']);
  });

  it('are refused when it is no PromQL', () => {
    expect(() => namesIn('rate(a[5m]) ? 1')).toThrow('not PromQL from "? 1" on');
  });
});
