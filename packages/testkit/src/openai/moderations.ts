import type { Endpoint } from '../server/answer.ts';

const categories = [
  'harassment',
  'harassment/threatening',
  'hate',
  'hate/threatening',
  'illicit',
  'illicit/violent',
  'self-harm',
  'self-harm/instructions',
  'self-harm/intent',
  'sexual',
  'sexual/minors',
  'violence',
  'violence/graphic',
] as const;

/** `POST /v1/moderations`: free, without usage. Flags a text that contains the word `threat`. */
export const answerModeration: Endpoint = (request, reply, newId) => {
  const { input: asked } = request.body;
  const inputs = Array.isArray(asked) ? asked : [asked];
  const model = reply.model ?? (request.model === '' ? 'omni-moderation-latest' : request.model);
  const results = inputs.map((input) => {
    const flagged = JSON.stringify(input ?? '').includes('threat');
    const isFlagged = (category: string): boolean => flagged && category === 'harassment/threatening';
    return {
      flagged,
      categories: byCategory(isFlagged),
      category_scores: byCategory((category) => (isFlagged(category) ? 0.93 : 0.0001)),
      category_applied_input_types: byCategory(() => ['text']),
    };
  });
  return { body: { json: { id: newId('modr'), model, results } }, model };
};

function byCategory<T>(value: (category: string) => T): Record<string, T> {
  return Object.fromEntries(categories.map((category) => [category, value(category)]));
}
