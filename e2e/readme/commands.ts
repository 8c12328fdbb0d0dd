/** A command that a page tells its reader to type. */
export interface Command {
  readonly text: string;
  /** What the page says it prints; empty where it does not say. */
  readonly output: string;
  /** Where it stands: a block of its own, or a line of prose. */
  readonly place: 'block' | 'prose';
}

const FENCE = /^```(\w*)$/;
const IN_PROSE = /`((?:npm|npx|node|docker|docker-compose|helm|kubectl|curl) [^`]+)`/g;

/**
 * Every command of a Markdown page in the order in which it stands: those of `sh` and `console`
 * blocks, and those of its prose.
 */
export function commandsOf(markdown: string): Command[] {
  const commands: Command[] = [];
  let language: string | undefined;
  let block: string[] = [];
  for (const line of markdown.split('\n')) {
    const fence = FENCE.exec(line.trim());
    if (fence && language === undefined) {
      language = fence[1]!;
      block = [];
    } else if (fence) {
      if (language === 'sh') commands.push(...ofScript(block));
      if (language === 'console') commands.push(...ofConsole(block));
      language = undefined;
    } else if (language !== undefined) block.push(line);
    else
      for (const [, text] of line.matchAll(IN_PROSE))
        commands.push({ text: text!, output: '', place: 'prose' });
  }
  return commands;
}

function ofScript(lines: readonly string[]): Command[] {
  const texts = lines.map((line) => line.replace(/(^|\s+)#.*$/, '').trim()).filter(Boolean);
  return texts.map((text) => ({ text, output: '', place: 'block' }));
}

/** A command begins with `$ ` and goes on while a quotation is open; what follows is its output. */
function ofConsole(lines: readonly string[]): Command[] {
  const commands: { text: string; output: string; place: 'block' }[] = [];
  for (const line of lines) {
    const last = commands.at(-1);
    if (line.startsWith('$ ')) commands.push({ text: line.slice(2), output: '', place: 'block' });
    else if (last && isOpen(last.text)) last.text += `\n${line}`;
    else if (last) last.output += `${line}\n`;
  }
  return commands.map((command) => ({ ...command, output: command.output.trim() }));
}

const isOpen = (text: string): boolean => (text.match(/'/g) ?? []).length % 2 === 1;

/**
 * The output of a command without what differs each time: times, generated ids, how often a row was
 * written, and the order of CSV rows.
 */
export function withoutChance(output: string): string {
  const masked = output
    .replace(/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g, '<id>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/\b1\d{12}\b/g, '<ms>')
    .replace(/"version":\d+/g, '"version":<n>')
    .replace(/,\d+,<time>$/gm, ',<n>,<time>');
  return masked.startsWith('{') ? masked.trim() : masked.trim().split(/\r?\n/).sort().join('\n');
}
