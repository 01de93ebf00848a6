import type { TokenKeys } from './dialect.ts';

/** Every key under which token counts may lie. */
export const keysOfTokens = (tokens: TokenKeys): readonly string[] => [
  ...[tokens.input, tokens.output, tokens.total, tokens.reasoning].flatMap((keys) => keys ?? []),
  ...[tokens.cacheRead, tokens.cacheWrite, tokens.cacheWrite5m, tokens.cacheWrite1h].flatMap((keys) => keys ?? []),
  ...[tokens.inputMedia, tokens.cacheReadMedia, tokens.outputMedia].flatMap((lists) => Object.values(lists ?? {}).flat()),
  ...(tokens.beside ?? []).flatMap(([keys]) => keys),
];
