const assumptions = {
  'cached-input-inclusive':
    'The source does not say whether its input count includes the cached tokens; it is read as if it did, as its own counts allow.',
  'router-fee-excluded':
    'The upstream was paid with a key of your own, so the cost is that of the upstream; the fee of the router came on top.',
} as const;

/** Why a reader took counts or costs under an assumption, with what it means. A closed set: it labels metrics. */
export const ASSUMPTIONS: Readonly<Record<keyof typeof assumptions, string>> = assumptions;
