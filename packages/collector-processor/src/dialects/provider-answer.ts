import { readAnthropicMessages, readGemini, readOpenaiChat, readOpenaiResponses, type UsageReading } from '@costspan/pricing';
import type { PayloadReading } from './dialect.ts';
import { fieldOf, textFieldOf } from './json-field.ts';

/** What a whole answer of a provider, which some sources keep on the span, says about its usage. */
export const readProviderAnswer = (answer: unknown): PayloadReading | undefined => {
  const usage = usageOf(answer);
  if (usage === undefined) return undefined;
  const responseId = textFieldOf(answer, ['id']) ?? textFieldOf(answer, ['responseId']);
  const serviceTier = textFieldOf(answer, ['service_tier']);
  return {
    usage,
    ...(responseId !== undefined && { responseId }),
    ...(serviceTier !== undefined && { serviceTier }),
  };
};

const usageOf = (answer: unknown): UsageReading | undefined => {
  const gemini = fieldOf(answer, ['usageMetadata']);
  if (gemini !== undefined) return readGemini(gemini);
  const usage = fieldOf(answer, ['usage']);
  if (usage === undefined) return undefined;
  const object = fieldOf(answer, ['object']);
  if (object === 'chat.completion') return readOpenaiChat(usage);
  if (object === 'response') return readOpenaiResponses(usage);
  return fieldOf(answer, ['type']) === 'message' ? readAnthropicMessages(usage) : undefined;
};
