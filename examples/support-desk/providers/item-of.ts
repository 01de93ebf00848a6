import { claims, replies, tickets } from '../agent/inbox.ts';

/** The work item a prompt is about: by its number, or, for a search text without one, by the words. */
export function itemOf(text: string): string | undefined {
  const [id] = text.match(/\b[TC]-\d{3}\b/) ?? [];
  return id ?? searchTexts.find(([, words]) => text.includes(words))?.[0];
}

/** Number of the work item a prompt is about: what the stand-ins' token counts follow from. */
export function itemNumber(text: string): number {
  return Number(itemOf(text)?.slice(2) ?? 0);
}

const searchTexts: readonly (readonly [id: string, words: string])[] = [
  ...tickets.map(({ id, question }) => [id, question] as const),
  ...claims.map(({ id, description }) => [id, description] as const),
  ...Object.entries(replies),
];
