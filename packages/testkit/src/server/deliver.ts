import type { ServerResponse } from 'node:http';
import type { Answer, FakeEvent } from './answer.ts';
import type { OpenAttempt } from './attempt-log.ts';
import type { StreamCourse } from './script.ts';

/** Sends an answer, as far as `course` lets it travel, and notes in the attempt what the client was told. */
export async function deliver(
  answer: Answer,
  response: ServerResponse,
  attempt: OpenAttempt,
  options: {
    readonly headers: Readonly<Record<string, string>>;
    readonly course: StreamCourse;
    readonly errorEvent: FakeEvent;
    readonly announce: () => void;
  },
): Promise<void> {
  attempt.status = 200;
  const { body } = answer;
  if ('events' in body) {
    const type = body.contentType ?? 'text/event-stream; charset=utf-8';
    response.writeHead(200, { ...options.headers, 'content-type': type });
    // Before the first event, as providers do: a stream that is cut or held there has an answer with a status.
    response.flushHeaders();
    await deliverEvents(body.events, response, attempt, options);
    return;
  }
  response.once('finish', () => {
    attempt.usageSent = answer.rawUsage !== undefined;
  });
  const { bytes, contentType } =
    'bytes' in body ? body : { bytes: Buffer.from(JSON.stringify(body.json)), contentType: 'application/json' };
  response.writeHead(200, { ...options.headers, 'content-type': contentType, 'content-length': bytes.length });
  response.end(bytes);
}

async function deliverEvents(
  events: readonly FakeEvent[],
  response: ServerResponse,
  attempt: OpenAttempt,
  options: { readonly course: StreamCourse; readonly errorEvent: FakeEvent; readonly announce: () => void },
): Promise<void> {
  const { cutAfterEvents, holdAfterEvents, failAfterEvents, pauseMs = 0 } = options.course;
  const last = Math.min(events.length, cutAfterEvents ?? Infinity, holdAfterEvents ?? Infinity, failAfterEvents ?? Infinity);
  for (const event of events.slice(0, last)) {
    await pause(pauseMs, response);
    if (response.destroyed) return;
    await write(event, response);
    attempt.eventsSent += 1;
    attempt.usageSent ||= event.carriesUsage === true;
    options.announce();
  }
  if (cutAfterEvents === last) {
    attempt.ending = 'cut';
    response.destroy();
  } else if (failAfterEvents === last) {
    await write(options.errorEvent, response);
    response.end();
  } else if (holdAfterEvents !== last) {
    response.end();
  }
}

/** Resolves when the event is out of this process, so that a cut loses nothing that the log says was sent. */
async function write({ event, data, frame }: FakeEvent, response: ServerResponse): Promise<void> {
  const piece = frame ?? `${event === undefined ? '' : `event: ${event}\n`}data: ${data}\n\n`;
  await new Promise<void>((resolve) => response.write(piece, () => resolve()));
}

/** Waits, but no longer than the client does. */
async function pause(ms: number, response: ServerResponse): Promise<void> {
  if (ms === 0) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      response.off('close', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    response.once('close', done);
  });
}
