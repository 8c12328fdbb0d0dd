/** Which machines the address says to show. */
export interface LogicSearch {
  readonly held?: true;
}

/** Reads it; what makes no sense counts as absent. */
export const logicSearch = ({ held }: Record<string, unknown>): LogicSearch =>
  held === true || held === 'true' ? { held: true } : {};
