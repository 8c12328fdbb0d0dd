import { SERVICES as ALL } from '../../libs/common/register/src/services.js';

/**
 * PromQL that dashboards ask again and again. `$of` is what panels.mjs says it is; `by` and
 * `select` are lists as PromQL has them.
 */
export const OWN_ROUTES = 'route!~"/health.*|/metrics|/live"';
export const quantile = (q, metric, by = '', select = '') =>
  `histogram_quantile(${q}, sum by (${[...by.split(', ').filter(Boolean), 'le'].join(', ')}) ` +
  `(rate(${metric}_bucket{$of${select && `, ${select}`}}[$__rate_interval])))`;
export const rate = (metric, by = '', select = '') =>
  `sum${by && ` by (${by})`} (rate(${metric}{$of${select && `, ${select}`}}[$__rate_interval]))`;
export const mean = (metric, by = '') =>
  `${rate(`${metric}_sum`, by)} / ${rate(`${metric}_count`, by)}`;
/** Rises within a time, of a counter whose series begin with their first event. */
export const risen = (metric, time, by = '') =>
  `sum${by && ` by (${by})`} ((${metric}{$of} unless ${metric}{$of} offset ${time}) or increase(${metric}{$of}[${time}]))`;
export const SERVICES = ALL.map(({ name }) => name).join('|');
