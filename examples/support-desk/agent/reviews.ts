/** What a person did with an item. In a company this comes from the review tool's own events. */
export type Review = {
  /** Minutes of work on the item; absent when nobody wrote it down. */
  readonly minutes?: number;
  readonly decision: string;
  readonly outcome: string;
};

/** One morning's reviews, by item. */
export const reviews: Readonly<Record<string, Review>> = {
  'T-107': { minutes: 6.5, decision: 'refunded by bank transfer', outcome: 'resolved' },
  'T-109': { minutes: 12, decision: 'passed on to the lawyers', outcome: 'escalated' },
  'C-203': { minutes: 7.5, decision: 'approved', outcome: 'processed' },
  'C-205': { minutes: 15, decision: 'not covered', outcome: 'processed' },
  'C-207': { decision: 'approved', outcome: 'processed' },
};
