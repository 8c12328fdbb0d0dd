import type { Link } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  SamplingDecision,
  type Sampler,
} from '@opentelemetry/sdk-trace';
import type { Settings } from './core/settings.js';
import { isSampled } from './core/trace-context.js';

/** The sampler that the settings ask for. */
export function samplerOf({ root, ratio, byParent }: Settings['sampling']): Sampler {
  const own =
    root === 'on'
      ? new AlwaysOnSampler()
      : root === 'off'
        ? new AlwaysOffSampler()
        : new TraceIdRatioBasedSampler(ratio);
  return byParent ? byLinks(new ParentBasedSampler({ root: own })) : own;
}

/**
 * A batch has many causes and no parent: it is kept where a trace that led to it is, so that a kept
 * trace goes on to the end.
 */
const byLinks = (otherwise: Sampler): Sampler => ({
  shouldSample: (context, traceId, name, kind, attributes, links) =>
    links.some(({ context: of }: Link) => isSampled(of))
      ? { decision: SamplingDecision.RECORD_AND_SAMPLED }
      : otherwise.shouldSample(context, traceId, name, kind, attributes, links),
  toString: () => `ByLinks(${otherwise.toString()})`,
});
