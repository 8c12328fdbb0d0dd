/**
 * A Markdown table, laid out as prettier does.
 *
 * @param {readonly string[]} head the titles
 * @param {readonly (readonly string[])[]} rows a text for each title
 */
export function markdownTable(head, rows) {
  const widths = head.map((title, i) =>
    Math.max(3, ...[title, ...rows.map((row) => row[i])].map((text) => text.length)),
  );
  const line = (cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |\n`;
  return [head, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('');
}

/** Text in lines of at most 100 characters, broken at spaces as prettier does. */
export const paragraph = (text) =>
  `${text
    .match(/.{1,100}(?= |$)/g)
    .map((line) => line.trimStart())
    .join('\n')}\n`;

const HEAD = ['service', 'kind', 'port', 'consumes', 'needs', 'asks', 'does'];

/** The services as a Markdown table. */
export const table = (services) =>
  markdownTable(
    HEAD,
    services.map(({ name, kind, port, group, needs, asks = [], about }) => [
      `\`${name}\``,
      kind,
      String(port),
      group ? `\`${group.topic}\`` : '',
      needs.join(', '),
      asks.join(', '),
      about,
    ]),
  );
