/** So many different pages are held. */
const MOST = 100;

/**
 * Pages that many ask for at the same time, such as the first one of a list that each open browser
 * shows: read once for all who ask within a while. A failure is not held.
 */
export class SharedPages {
  private readonly held = new Map<string, { page: Promise<unknown>; until: number }>();

  constructor(private readonly clock: () => number = () => performance.now()) {}

  get<T>(key: string, keepMs: number, read: () => Promise<T>): Promise<T> {
    const now = this.clock();
    const found = this.held.get(key);
    if (found && found.until > now) return found.page as Promise<T>;
    const page = read();
    this.held.delete(key);
    this.held.set(key, { page, until: now + keepMs });
    page.catch(() => this.forget(key, page));
    const oldest = this.held.keys().next().value!;
    if (this.held.size > MOST) this.held.delete(oldest);
    return page;
  }

  private forget(key: string, page: Promise<unknown>): void {
    if (this.held.get(key)?.page === page) this.held.delete(key);
  }
}
