/** Counts what groups came to. */
export interface GroupCounts {
  formed(reason: 'change' | 'repeat'): void;
  suppressed(why: 'muted' | 'resolved_untold' | 'resolved_not_wanted', alerts: number): void;
}

/** Counts what deliveries came to. */
export interface DeliveryCounts {
  attempted(kind: string, outcome: 'delivered' | 'failed' | 'dead', seconds: number): void;
  rateLimited(): void;
}
