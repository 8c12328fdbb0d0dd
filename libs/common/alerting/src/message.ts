/** What a message may take up. */
export const PLACEHOLDERS = ['device', 'sensor', 'value', 'bound', 'unit', 'rule'].map(
  (name) => `{{${name}}}`,
);

const PLACEHOLDER = /\{\{[^{}]*\}\}/g;

export const unknownPlaceholders = (template: string): string[] =>
  (template.match(PLACEHOLDER) ?? []).filter((one) => !PLACEHOLDERS.includes(one));

/** What a message is made of. */
export interface MessageParts {
  readonly device: string;
  readonly sensor: string;
  readonly value: number;
  readonly bound: number;
  readonly unit: string;
  readonly rule: string;
}

export const filledIn = (template: string, parts: MessageParts): string =>
  template.replace(PLACEHOLDER, (one) => String(parts[one.slice(2, -2) as keyof MessageParts]));
