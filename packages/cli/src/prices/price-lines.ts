import { createReadStream } from 'node:fs';
import { type CompiledBook, price, sumReceipts } from '@costspan/pricing';
import { type CommandStreams, writeText } from './command-streams.ts';
import { createInlineBooks } from './inline-book.ts';
import { LINE_CHARACTERS_MAX, OUTPUT_CHARACTERS_MAX } from './limits.ts';
import { answerOf, type PriceAnswer } from './price-answer.ts';
import { type PriceQuestion, type QuestionError, readQuestion } from './price-question.ts';
import { type Line, readLines } from './read-lines.ts';

/** What came of the lines. */
export type PricedLines = { readonly answered: number; readonly failed: number };

/** An error beside the answers, with the number of its line from 1. */
export type LineError = QuestionError & { readonly line: number };

/** Prices every line of the input, one line of output for each, in order. A line in error is an object with `error`; the rest goes on. */
export async function priceLines(input: string | undefined, book: CompiledBook, streams: CommandStreams): Promise<PricedLines> {
  const inlineBooks = createInlineBooks();
  let answered = 0;
  let failed = 0;
  let output = '';
  for await (const line of readLines(input === undefined ? streams.stdin : readFileBytes(input), LINE_CHARACTERS_MAX)) {
    if (line.kind === 'text' && line.text.trim() === '') continue;
    const result = answerLine(line, book, inlineBooks);
    if ('error' in result) failed += 1;
    else answered += 1;
    output += `${JSON.stringify(result)}\n`;
    if (output.length < OUTPUT_CHARACTERS_MAX) continue;
    await writeText(streams.stdout, output);
    output = '';
  }
  await writeText(streams.stdout, output);
  return { answered, failed };
}

async function* readFileBytes(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new Error(`${file}: cannot be read (${reason}); check the path`);
  }
}

function answerLine(line: Line, book: CompiledBook, inlineBooks: ReturnType<typeof createInlineBooks>): PriceAnswer | LineError {
  if (line.kind === 'too_long') {
    return { line: line.number, error: `expected at most ${LINE_CHARACTERS_MAX} characters; load large books with --book` };
  }
  const read = readQuestion(line.text);
  if (read.kind === 'error') return { line: line.number, ...read.error };
  const { question } = read;
  const inline = question.book === undefined ? undefined : inlineBooks(question.book);
  if (inline?.kind === 'error')
    return { line: line.number, ...(question.id !== undefined && { id: question.id }), error: inline.error };
  return answerQuestion(question, inline?.book ?? book);
}

function answerQuestion(question: PriceQuestion, book: CompiledBook): PriceAnswer {
  const [first, ...rest] = question.requests;
  return answerOf(question, sumReceipts(price(first, book), ...rest.map((request) => price(request, book))));
}
