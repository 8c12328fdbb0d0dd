import type { Span, SpanOptions, Tracing } from './tracing.js';

/** Does what belongs to a span, which ends with it. */
export async function during<T>(
  tracing: Pick<Tracing, 'within'>,
  span: Span,
  work: () => Promise<T>,
): Promise<T> {
  try {
    const done = await tracing.within(span, work);
    span.end();
    return done;
  } catch (error) {
    span.fail(error);
    throw error;
  }
}

/** {@link Tracing.step}, by what else one can do. */
export function asStep<T>(
  tracing: Pick<Tracing, 'current' | 'within'>,
  name: string,
  options: SpanOptions,
  work: (span: Span | undefined) => Promise<T>,
): Promise<T> {
  const span = tracing.current()?.child(name, options);
  return span ? during(tracing, span, () => work(span)) : work(undefined);
}
