import { openCallsMax } from '../limits.ts';
import { type Call, endFailedCall } from './call.ts';

/** Calls whose answer has not come to its end. */
export type OpenCalls = {
  readonly add: (call: Call) => void;
  readonly delete: (call: Call) => void;
  /** Reports every open call as given up, because the process ends: it may have been billed, and nobody will know more. */
  readonly endAll: () => void;
};

/** No calls yet. Beyond `openCallsMax` calls are not remembered: they are lost if the process ends before they do. */
export const createOpenCalls = (): OpenCalls => {
  const calls = new Set<Call>();
  return {
    add: (call) => {
      if (calls.size < openCallsMax) calls.add(call);
    },
    delete: (call) => {
      calls.delete(call);
    },
    endAll: () => {
      for (const call of calls) endFailedCall(call, { billable: 'possible', errorType: 'process_ended' }, Date.now());
      calls.clear();
    },
  };
};
