/**
 * The expression of IotServiceMissing, as the lines of its rule: where any of these is scraped,
 * each is to be.
 */
export function missingServices(names) {
  const any = `process_start_time_seconds{service=~"${names.join('|')}"}`;
  const missing = names.map((name) => [
    'label_replace(',
    `  group by (namespace) (${any})`,
    `  unless on (namespace) process_start_time_seconds{service="${name}"}, "service", "${name}", "", "")`,
  ]);
  const none = ['label_replace(', `  absent(${any}),`, '  "service", "any service", "", "")'];
  return [...missing, none]
    .map((lines, i) => [`${i === 0 ? '' : 'or '}${lines[0]}`, ...lines.slice(1)])
    .flat()
    .map((line) => `${' '.repeat(10)}${line}\n`)
    .join('');
}
