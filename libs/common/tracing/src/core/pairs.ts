/**
 * What a variable such as OTEL_RESOURCE_ATTRIBUTES says: `name=value`, comma-separated, values
 * percent-encoded.
 */
export function pairsOf(list: string): Record<string, string> {
  const pairs = list.split(',').flatMap((pair) => {
    const at = pair.indexOf('=');
    return at < 1
      ? []
      : [[pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1)).trim()]];
  });
  return Object.fromEntries(pairs) as Record<string, string>;
}
