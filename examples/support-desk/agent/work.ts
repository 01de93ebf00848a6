// The agents' process: works through the inbox and ends.
import { handleClaim } from './claims-agent.ts';
import { costspan } from './costspan.ts';
import { inParallel } from './in-parallel.ts';
import { claims, tickets } from './inbox.ts';
import { indexArticles } from './knowledge-base.ts';
import { handleTicket } from './support-agent.ts';

await indexArticles();
await inParallel(4, [...tickets.map((ticket) => () => handleTicket(ticket)), ...claims.map((claim) => () => handleClaim(claim))]);
await costspan.shutdown();
