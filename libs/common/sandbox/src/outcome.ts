/** A program's text, by a key that no other text has. */
export interface Program {
  readonly key: string;
  readonly text: string;
}

/** One reading on its way to a program. */
export interface Input {
  /** JSON text with the reading's `device_id` and `event_id`, which chance comes from. */
  readonly data: string;
  /** Epoch ms: the time in the program. */
  readonly receivedAt: number;
}

/** One machine's readings in their order, with the state before them. */
export interface MachineRun {
  /** JSON text. */
  readonly state: string;
  readonly version: number;
  readonly readings: readonly Input[];
}

/** What went wrong in a program. */
export interface ProgramError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/** What became of one reading. */
export interface ReadingOutcome {
  /** JSON texts; undefined where it failed. */
  readonly results: readonly string[] | undefined;
  readonly error: ProgramError | undefined;
  /** How long it took, µs; undefined where it took the whole run with it. */
  readonly micros?: number | undefined;
  /** While it is traced: the state after it, and what the program logged. */
  readonly state?: string;
  readonly logs?: readonly string[];
}

/** What became of a machine: of its readings up to the first that failed. */
export interface MachineOutcome {
  readonly readings: readonly ReadingOutcome[];
  /** JSON text after the last reading that did not fail. */
  readonly state: string;
}

const NO_RESULTS: readonly string[] = [];

/** Reads the lines of a run: realm.ts says what they are. */
export function outcomesOf(
  output: string,
  took: readonly number[],
  machines: readonly MachineRun[],
): MachineOutcome[] {
  let from = 0;
  let place = 0;
  const line = (): string => {
    const end = output.indexOf('\n', from);
    if (end < 0) throw new Error('the output of the program ends too early');
    const text = output.slice(from, end);
    from = end + 1;
    return text;
  };
  const logsHere = (): string[] => {
    const logs: string[] = [];
    while (output[from] === '>') logs.push(JSON.parse(line().slice(1)) as string);
    return logs;
  };
  return machines.map((machine) => {
    const readings: ReadingOutcome[] = [];
    for (;;) {
      const head = line();
      if (head[0] === '=') return { readings, state: head.slice(1) || machine.state };
      if (head[0] === '!') {
        const error = withoutWrapping(JSON.parse(head.slice(1)) as ProgramError);
        readings.push({ results: undefined, error, micros: took[place++], logs: logsHere() });
        continue;
      }
      const count = Number(head);
      const results = count === 0 ? NO_RESULTS : Array.from({ length: count }, line);
      const micros = took[place++];
      if (output[from] !== '~') readings.push({ results, error: undefined, micros });
      else {
        const state = line().slice(1);
        readings.push({ results, error: undefined, micros, state, logs: logsHere() });
      }
    }
  });
}

/** A program is one line further down than its author has it, in a function of ours. */
const withoutWrapping = ({ name, message, stack }: ProgramError): ProgramError => ({
  name,
  message,
  stack: stack
    .split('\n')
    .filter((one) => !one.includes('realm.js'))
    .join('\n')
    .replace(/logic\.js:(\d+)/g, (_, number: string) => `logic.js:${Number(number) - 1}`),
});
