import { claudeCodeEvent } from './claude-code.ts';
import { codexEvent, codexRequestEvent } from './codex.ts';
import type { LogDialect } from './log-dialect.ts';

/** Every way of writing usage in log events that is read, in the order in which an event is asked. */
export const LOG_DIALECTS: readonly LogDialect[] = [claudeCodeEvent, codexEvent, codexRequestEvent];
