import Anthropic from '@anthropic-ai/sdk';
import { anthropicCalls, run } from './clients.mjs';

await run(anthropicCalls(Anthropic));
