import type { FunctionTool, ResponseInput } from 'openai/resources/responses/responses';
import { openai } from './clients.ts';
import type { Ticket } from './inbox.ts';
import { refund, sendSms, trackParcel } from './tools.ts';

/** How a ticket goes on after the model has had its say. */
export type Answer =
  | { readonly kind: 'answered'; readonly text: string }
  | { readonly kind: 'person'; readonly reason: string }
  | { readonly kind: 'customer'; readonly question: string };

/** Lets a model answer a ticket, with tools, in at most six turns. */
export async function answerWithTools(ticket: Ticket, context: string): Promise<Answer> {
  const model = ticket.language === 'nl' ? 'polder-7b-preview' : 'gpt-5';
  const input: ResponseInput = [{ role: 'user', content: `Ticket ${ticket.id}: ${ticket.question}\n${context}` }];
  for (let turn = 0; turn < turnsMax; turn += 1) {
    const response = await openai.responses.create({ model, instructions: 'You are a friendly support agent.', input, tools });
    const calls = response.output.filter((item) => item.type === 'function_call');
    if (calls.length === 0) return { kind: 'answered', text: response.output_text };
    for (const call of calls) {
      const given = JSON.parse(call.arguments);
      if (call.name === 'ask_a_person') return { kind: 'person', reason: given.reason };
      if (call.name === 'ask_the_customer') return { kind: 'customer', question: given.question };
      input.push(call, { type: 'function_call_output', call_id: call.call_id, output: await useTool(ticket, call.name, given) });
    }
  }
  return { kind: 'person', reason: `No answer after ${turnsMax} turns.` };
}

const turnsMax = 6;

/** What a tool says. That it failed is something the model should know, not the end of the ticket. */
async function useTool(ticket: Ticket, name: string, given: Readonly<Record<string, string>>): Promise<string> {
  const { order = '', text = '' } = given;
  try {
    switch (name) {
      case 'refund':
        return await refund(ticket.id, order);
      case 'send_sms':
        return await sendSms(ticket.id, text);
      case 'track_parcel':
        return await trackParcel(ticket.id, order);
      default:
        return `There is no tool ${name}.`;
    }
  } catch (error) {
    return `Failed: ${error instanceof Error ? error.message : error}`;
  }
}

const tool = (name: string, description: string, parameter: string): FunctionTool => ({
  type: 'function',
  name,
  description,
  strict: true,
  parameters: {
    type: 'object',
    properties: { [parameter]: { type: 'string' } },
    required: [parameter],
    additionalProperties: false,
  },
});

const tools: FunctionTool[] = [
  tool('refund', 'Gives the money for an order back.', 'order'),
  tool('send_sms', 'Sends a text message to the customer.', 'text'),
  tool('track_parcel', 'Asks the courier where an order is.', 'order'),
  tool('ask_a_person', 'Hands the ticket to a person.', 'reason'),
  tool('ask_the_customer', 'Asks the customer for what is missing.', 'question'),
];
