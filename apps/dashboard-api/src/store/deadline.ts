/** A read that did not end in time; what became of it is of no interest any more. */
export class ReadTimeout extends Error {
  override readonly name = 'ReadTimeout';
}

/**
 * The outcome of `work`, or ReadTimeout after `ms`. The driver's own `timeoutMS` makes the server
 * give up; a server that hangs, though, is given up on only after a retry and another server
 * selection, which is a multiple of it.
 */
export async function withinDeadline<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ReadTimeout(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
