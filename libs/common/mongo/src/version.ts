const FIRST_VERSIONS = 2 ** 30;

/**
 * Where the version of a new document under compare-and-set begins: anywhere, as one with the same
 * id may have been there and been deleted. Whoever still remembers a version of that one must not
 * take the new one for it.
 */
export const drawFirstVersion = (): number => 1 + Math.floor(Math.random() * FIRST_VERSIONS);
