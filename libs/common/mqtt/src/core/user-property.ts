/** A message as far as its user properties go. */
export interface WithProperties {
  readonly properties?:
    | { readonly userProperties?: Readonly<Record<string, string | string[]>> | undefined }
    | undefined;
}

/**
 * The text of a user property (MQTT 5); undefined: it is not there, or more than once, as nothing
 * says which of them counts.
 */
export function userProperty({ properties }: WithProperties, name: string): string | undefined {
  const given = properties?.userProperties;
  const text = given && Object.hasOwn(given, name) ? given[name] : undefined;
  return typeof text === 'string' ? text : undefined;
}
