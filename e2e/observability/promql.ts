/** A series that a query asks for. */
export interface Selector {
  readonly metric: string;
  /** Labels of its braces: name, operator, value. */
  readonly matchers: readonly (readonly [label: string, operator: string, value: string])[];
}

/**
 * What a query says about names: enough to ask whether they exist, and no more of PromQL than that.
 */
export interface Names {
  readonly selectors: readonly Selector[];
  /** Labels of by, without, on, ignoring and group_left or group_right. */
  readonly grouping: readonly string[];
}

const TOKEN =
  /\s+|#[^\n]*|(?<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)|(?<range>\[[^\]]*\])|(?<number>\d[\w.]*)|(?<name>[a-zA-Z_:][\w:]*)|(?<sign>=~|!~|!=|==|>=|<=|[-+*/%^=<>(){},@])/gy;
const LABEL_LISTS = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const WORDS = new Set([
  'and',
  'or',
  'unless',
  'atan2',
  'offset',
  'bool',
  'start',
  'end',
  'inf',
  'nan',
  ...LABEL_LISTS,
]);

interface Token {
  readonly kind: string;
  readonly text: string;
}

/** @throws Error at the first character that is none of PromQL's */
export function namesIn(query: string): Names {
  const tokens = tokensOf(query);
  const selectors: Selector[] = [];
  const grouping: string[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const { kind, text } = tokens[i]!;
    if (kind !== 'name') continue;
    const next = tokens[i + 1]?.text;
    if (LABEL_LISTS.has(text)) {
      if (next !== '(') continue;
      for (i += 2; tokens[i]!.text !== ')'; i++)
        if (tokens[i]!.kind === 'name') grouping.push(tokens[i]!.text);
    } else if (!WORDS.has(text.toLowerCase()) && !['(', 'by', 'without'].includes(next ?? '')) {
      const matchers: [string, string, string][] = [];
      if (next === '{')
        for (i += 2; tokens[i]!.text !== '}'; i++)
          if (tokens[i]!.kind === 'name')
            matchers.push([tokens[i]!.text, tokens[i + 1]!.text, tokens[i + 2]!.text.slice(1, -1)]);
      selectors.push({ metric: text, matchers });
    }
  }
  return { selectors, grouping };
}

function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  for (const match of query.matchAll(TOKEN)) {
    end = match.index + match[0].length;
    const [kind, text] =
      Object.entries(match.groups!).find(([, value]) => value !== undefined) ?? [];
    if (kind !== undefined) tokens.push({ kind, text: text! });
  }
  if (end !== query.length) throw new Error(`not PromQL from "${query.slice(end, end + 30)}" on`);
  return tokens;
}
