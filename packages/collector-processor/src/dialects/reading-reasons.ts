const reasons = {
  'dialect-unknown': 'The span looks like a model call, but no dialect knows how to read its counts.',
  'usage-inconsistent': 'The counts fit no reading, such as more cached than input tokens and a total that fits neither.',
  'input-missing': 'Nothing says how much input there was; what is known is priced, the span stays incomplete.',
  'output-missing': 'Nothing says how much output there was; what is known is priced, the span stays incomplete.',
  'span-id-invalid': 'The span has no valid trace or span id, so it cannot be told from another one.',

  'cache-split-unknown': 'The source never says how much of the input was cached, so all of it is priced as not cached.',
  'caches-untold': 'The input leaves the caches out and nothing says what was in them, so the cost may be too low.',
  'client-side-count': 'The source may have counted the tokens itself, because its stream brought no usage.',
  'stream-output-summed':
    'The source adds the first output count of a stream to the last one, so there are a few tokens too many.',
  'reasoning-counted-twice': 'The source adds reasoning to an output that has it already, so there are too many tokens.',
  'provider-inferred': 'No provider is named: it is taken from the name of the model.',
  'service-tier-requested': 'The tier is the one that was asked for; which one served is unknown.',
  'usage-assumed': 'The sender marked the counts as an assumption, for a reason that is not known here.',
  'write-units-of-record-size': 'The database states no write units: they are counted from the size of what was written.',
  'write-units-at-least': 'The database states no write units, and bills this by what it holds: these are the least it takes.',
  'aggregate-only': 'A sum of calls that did not come themselves.',
  'telemetry-as-received': 'Spans were measured as they came; their vendor of observability may bill another size of them.',
  'attempt-possible': 'The attempt may or may not have been billed.',

  'call-failed': 'The provider refused the call, so it billed nothing.',
  'attempt-refused': 'The provider refused the attempt, so it billed nothing.',
  'attempt-failed': 'The attempt failed before it was billed.',
  'told-by-event': 'What the request used is told by another event of it.',
  'handoff-open': 'Nobody has finished the handoff yet, so nobody has worked.',
  'tool-failed': 'The call of the tool failed before it was billed.',
} as const;

/** Why reading a span left its cost unknown, assumed or nothing, with what it means. Reasons of pricing come beside these. */
export const READING_REASONS: Readonly<Record<string, string>> = reasons;
