import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { answerWithTools } from './answer-with-tools.ts';
import { openai } from './clients.ts';
import { costspan } from './costspan.ts';
import type { Ticket } from './inbox.ts';
import { findArticles } from './knowledge-base.ts';
import { tell } from './progress.ts';
import { leaveFor } from './queue.ts';

/**
 * Works on a ticket until it is resolved or somebody else has to go on. Whatever is called inside `run`, here or in any function
 * below, belongs to the ticket; no other line of this file knows about cost.
 */
export async function handleTicket(ticket: Ticket): Promise<void> {
  const { id, channel } = ticket;
  await costspan.workItem.run({ type: 'ticket', id, dimensions: { team: 'support', channel } }, async (item) => {
    const topic = await decideTopic(ticket);
    const context = await findArticles(ticket.question);
    if (ticket.customerLeaves) {
      item.outcome('abandoned');
      return tell(id, 'abandoned');
    }
    if (channel === 'chat') {
      await streamAnswer(ticket, context);
      item.outcome('resolved');
      return tell(id, 'resolved');
    }
    const result = await answerWithTools(ticket, `Topic: ${topic}\n${context}`);
    switch (result.kind) {
      case 'answered':
        item.outcome('resolved');
        return tell(id, 'resolved');
      case 'person': {
        const { token } = await item.handoff({ role: 'support-specialist', reason: result.reason });
        leaveFor({ kind: 'review', type: 'ticket', id, token });
        return tell(id, 'waits for a person');
      }
      case 'customer':
        leaveFor({ kind: 'reply', ticketId: id });
        return tell(id, 'waits for the customer');
    }
  });
}

/** A small model is enough to tell what a question is about. */
async function decideTopic(ticket: Ticket): Promise<string> {
  const completion = await openai.chat.completions.create({
    model: 'gpt-5-mini',
    messages: [{ role: 'user', content: `Answer with one word: what is ticket ${ticket.id} about?\n${ticket.question}` }],
  });
  return completion.choices[0]?.message.content ?? 'unknown';
}

/** Shows the answer as it is written. Its usage is metered although nobody asks for it here. */
async function streamAnswer(ticket: Ticket, context: string): Promise<string> {
  const messages: ChatCompletionMessageParam[] = [
    { role: 'system', content: `You are a friendly support agent.\n${context}` },
    { role: 'user', content: `Ticket ${ticket.id}: ${ticket.question}` },
  ];
  let answer = '';
  for await (const chunk of await openai.chat.completions.create({ model: 'gpt-5', messages, stream: true })) {
    answer += chunk.choices[0]?.delta.content ?? '';
  }
  return answer;
}
