/** Versions that one cell of the matrix puts together. */
export type Cell = {
  readonly client: ClientName;
  readonly otel: (typeof otels)[number];
  readonly modules: (typeof moduleSystems)[number];
  readonly node: (typeof nodes)[number];
};

export const otels = ['otel-2', 'otel-3'] as const;
export const moduleSystems = ['import', 'require'] as const;
export const nodes = ['22', '24', '26'] as const;

// Until 7 the client's own timeout ends with the headers, so a body that stops coming keeps it waiting for minutes.
const bodyTimeout = 'timeout in the middle of the body, then an answer';

/** A client, and the scenarios it cannot do, bare or metered. Anything else it must be able to do. */
export const clients = {
  'openai-5': [bodyTimeout, 'responses, compacted', 'decisions'],
  'openai-6': [bodyTimeout, 'decisions'],
  'openai-7': [],
  'anthropic-0-50': ['parse', 'tool runner', 'tool runner, streamed'],
  'anthropic-0-120': [],
  'anthropic-1': [],
  'ai-5': [],
  'ai-6': [],
  'ai-7': [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ClientName = keyof typeof clients;

/** What a cell found, as one line of JSON. */
export type CellResult = {
  readonly passed: number;
  readonly skipped: readonly string[];
  /** One for each scenario that differed: its name and how. */
  readonly failures: readonly string[];
};
