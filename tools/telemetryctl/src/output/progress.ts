const EVERY_MS = 200;
const EVERY_MS_IN_A_FILE = 5000;

/**
 * Shows what is being done on standard error: one line that changes on a terminal, else a line now
 * and then. Call `end` before anything else is printed.
 */
export function progressLine(
  stream: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>,
  quiet: boolean,
): { show: (text: string) => void; end: () => void } {
  if (quiet) return { show: () => undefined, end: () => undefined };
  const every = stream.isTTY ? EVERY_MS : EVERY_MS_IN_A_FILE;
  let shownAt = stream.isTTY ? 0 : Date.now();
  let open = false;
  return {
    show: (text) => {
      if (Date.now() - shownAt < every) return;
      shownAt = Date.now();
      stream.write(stream.isTTY ? `\r\u001b[K${text} …` : `${text} …\n`);
      open = stream.isTTY;
    },
    end: () => {
      if (open) stream.write('\r\u001b[K');
      open = false;
    },
  };
}
