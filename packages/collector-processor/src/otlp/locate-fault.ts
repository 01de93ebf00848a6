import type { CodecResult } from './codec.ts';
import type { Message } from './messages/message.ts';
import { skipField } from './skip-field.ts';
import { type Cursor, readLength, readTag, WireFault, wireBytes } from './wire.ts';

/** What a thrown `WireFault` says to a sender; any other error is ours and thrown on. */
export function explainFault(
  error: unknown,
  bytes: Buffer,
  request: Message,
): Extract<CodecResult<unknown>, { kind: 'invalid' }> {
  if (!(error instanceof WireFault)) throw error;
  return { kind: 'invalid', where: locateOffset(bytes, error.offset, request), problem: error.message, offset: error.offset };
}

/** Path of the innermost field that holds an offset, such as `resourceSpans[0].scopeSpans[2].spans[1].traceId`; `request` when none does. */
function locateOffset(bytes: Buffer, offset: number, request: Message): string {
  const path: string[] = [];
  const cursor = { bytes, position: 0 };
  try {
    descend(cursor, bytes.length, offset, request, path);
  } catch (error) {
    // The walk ends at the fault itself: what was found up to there is the path.
    if (!(error instanceof WireFault)) throw error;
  }
  return path.length === 0 ? 'request' : path.join('.');
}

function descend(cursor: Cursor, end: number, offset: number, message: Message, path: string[]): void {
  const counts = new Map<number, number>();
  while (cursor.position < end) {
    const tag = readTag(cursor, end);
    const field = message.byNumber[tag >>> 3];
    const index = counts.get(tag >>> 3) ?? 0;
    counts.set(tag >>> 3, index + 1);
    const name = field?.name ?? `field ${tag >>> 3}`;
    path.push(field?.repeated === true ? `${name}[${index}]` : name);
    if (field?.type === 'message' && (tag & 7) === wireBytes) {
      const fieldEnd = readLength(cursor, end) + cursor.position;
      if (offset < fieldEnd) {
        descend(cursor, fieldEnd, offset, field.message!(), path);
        return;
      }
      cursor.position = fieldEnd;
    } else {
      skipField(cursor, end, tag, 0);
      if (offset < cursor.position) return;
    }
    path.pop();
  }
}
