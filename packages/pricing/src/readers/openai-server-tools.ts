import type { Usage } from '../usage.ts';
import { valueAt } from './read-usage-object.ts';

/**
 * Usage of the tools OpenAI ran itself, counted from the `output` list of a response: `web_searches`, `file_searches` and
 * `code_sessions` (distinct containers). Opening a page or finding text in it is free and not counted, a failed call
 * neither. Empty when `output` is no list or has none.
 */
export const countOpenaiServerTools = (output: unknown): Usage => {
  if (!Array.isArray(output)) return {};
  let webSearches = 0;
  let fileSearches = 0;
  const containers = new Set<unknown>();
  for (const item of output) {
    if (valueAt(item, 'status') === 'failed') continue;
    const type = valueAt(item, 'type');
    const action = valueAt(item, 'action.type');
    // Older answers carry no action; every call was a search then.
    if (type === 'web_search_call' && (action === undefined || action === 'search')) webSearches += 1;
    if (type === 'file_search_call') fileSearches += 1;
    if (type === 'code_interpreter_call') containers.add(valueAt(item, 'container_id'));
  }
  return {
    ...(webSearches > 0 && { web_searches: webSearches }),
    ...(fileSearches > 0 && { file_searches: fileSearches }),
    ...(containers.size > 0 && { code_sessions: containers.size }),
  };
};
