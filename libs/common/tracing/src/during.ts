import type { Span, Tracing } from './tracing.js';

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
