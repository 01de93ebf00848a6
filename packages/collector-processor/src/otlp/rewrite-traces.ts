import { strict as assert } from 'node:assert';
import type { CodecResult, RewriteTraces, RewriteTracesInSteps, RewrittenTraces, Steps } from './codec.ts';
import { requestBytesMax } from './limits.ts';
import { explainFault } from './locate-fault.ts';
import { tracesRequest } from './messages/traces.ts';
import { applyEdits } from './rewrite/edit-list.ts';
import { rewriteResources } from './rewrite/rewrite-resources.ts';
import { releaseWorkspace, takeWorkspace, type Workspace } from './rewrite/workspace.ts';
import type { OnSpan } from './span-view.ts';
import { restartWalk } from './walk.ts';

/**
 * Validates a trace request, shows each span to `onSpan` in request order, and splices the attributes it returns in. Every byte
 * that no attribute replaced leaves as it came; a request without a change is returned itself. What `onSpan` throws is thrown on.
 * Bytes are validated as they are visited: when the result is `invalid`, spans before the fault have been shown.
 */
export const rewriteTraces: RewriteTraces = (body, options, onSpan) => {
  const steps = rewriteTracesInSteps(body, options, onSpan);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
};

/** The same work, which pauses every few spans. Work that is never ended keeps no memory but its own. */
export const rewriteTracesInSteps: RewriteTracesInSteps = function* (body, options, onSpan) {
  if (body.length > requestBytesMax) {
    return { kind: 'invalid', where: 'request', problem: `expected at most ${requestBytesMax} bytes, found ${body.length}` };
  }
  const workspace = takeWorkspace(options);
  try {
    return yield* rewrite(workspace, body, options.allocate ?? Buffer.allocUnsafe, onSpan);
  } finally {
    releaseWorkspace(workspace);
  }
};

function* rewrite(
  workspace: Workspace,
  body: Uint8Array,
  allocate: (byteCount: number) => Buffer,
  onSpan: OnSpan,
): Steps<CodecResult<RewrittenTraces>> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const { walk, edits } = workspace;
  restartWalk(walk, bytes);
  let rewritten = body;
  try {
    const growth = yield* rewriteResources(workspace, walk, onSpan);
    if (edits.count > 0) {
      const output = allocate(bytes.length + growth);
      assert(
        output.length === bytes.length + growth,
        `allocate: expected ${bytes.length + growth} bytes, found ${output.length}`,
      );
      applyEdits(edits, bytes, output);
      rewritten = output;
    }
  } catch (error) {
    return explainFault(error, bytes, tracesRequest);
  }
  return {
    kind: 'ok',
    body: rewritten,
    spanCount: workspace.spanCount,
    changedSpanCount: workspace.changedSpanCount,
    invalidUtf8Count: walk.tally.invalidUtf8Count,
  };
}
