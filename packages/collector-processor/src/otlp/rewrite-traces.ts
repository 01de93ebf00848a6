import type { CodecResult, RewriteOptions, RewriteTraces, RewrittenTraces } from './codec.ts';
import { requestBytesMax, rewrittenBytesMax } from './limits.ts';
import { explainFault } from './locate-fault.ts';
import { tracesRequest } from './messages/traces.ts';
import { applyEdits } from './rewrite/edit-list.ts';
import { rewriteResources } from './rewrite/rewrite-resources.ts';
import { releaseWorkspace, takeWorkspace, type Workspace } from './rewrite/workspace.ts';
import type { OnSpan } from './span-view.ts';
import { startWalk } from './walk.ts';
import { WireFault } from './wire.ts';

/**
 * Validates a trace request, shows each span to `onSpan` in request order, and splices the attributes it returns in. Every byte
 * that no attribute replaced leaves as it came; a request without a change is returned itself. What `onSpan` throws is thrown on.
 */
export const rewriteTraces: RewriteTraces = (
  body: Uint8Array,
  options: RewriteOptions,
  onSpan: OnSpan,
): CodecResult<RewrittenTraces> => {
  if (body.length > requestBytesMax) {
    return { kind: 'invalid', where: 'request', problem: `expected at most ${requestBytesMax} bytes, found ${body.length}` };
  }
  const workspace = takeWorkspace(options);
  try {
    return rewrite(workspace, body, onSpan);
  } finally {
    releaseWorkspace(workspace);
  }
};

function rewrite(workspace: Workspace, body: Uint8Array, onSpan: OnSpan): CodecResult<RewrittenTraces> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const walk = startWalk(bytes);
  workspace.body.bytes = bytes;
  let growth = 0;
  try {
    growth = rewriteResources(workspace, walk, onSpan);
  } catch (error) {
    if (error instanceof WireFault) return explainFault(error, bytes, tracesRequest);
    throw error;
  }
  if (bytes.length + growth > rewrittenBytesMax) {
    return { kind: 'invalid', where: 'request', problem: `would grow from ${bytes.length} to ${bytes.length + growth} bytes` };
  }
  return {
    kind: 'ok',
    body: workspace.edits.count === 0 ? body : applyEdits(workspace.edits, bytes, growth),
    spanCount: workspace.spanCount,
    changedSpanCount: workspace.changedSpanCount,
    invalidUtf8Count: walk.tally.invalidUtf8Count,
  };
}
