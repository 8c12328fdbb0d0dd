const HEAD = ['service', 'kind', 'port', 'consumes', 'needs', 'asks', 'does'];

/** The services as a Markdown table, laid out as prettier does. */
export function table(services) {
  const rows = services.map(({ name, kind, port, group, needs, asks = [], about }) => [
    `\`${name}\``,
    kind,
    String(port),
    group ? `\`${group.topic}\`` : '',
    needs.join(', '),
    asks.join(', '),
    about,
  ]);
  const widths = HEAD.map((title, i) =>
    Math.max(3, ...[title, ...rows.map((row) => row[i])].map((text) => text.length)),
  );
  const line = (cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |\n`;
  return [HEAD, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('');
}
