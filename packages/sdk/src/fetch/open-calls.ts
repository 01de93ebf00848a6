import { openCallsMax } from '../limits.ts';
import { type Call, endFailedCall } from './call.ts';
import { addTo, removeFrom } from './slots.ts';

/** Calls whose answer has not come to its end. */
export type OpenCalls = {
  readonly add: (call: Call) => void;
  readonly delete: (call: Call) => void;
  /** Reports every open call as given up, because the process ends: it may have been billed, and nobody will know more. */
  readonly endAll: () => void;
};

/** No calls yet. Beyond `openCallsMax` calls are not remembered: they are lost if the process ends before they do. */
export const createOpenCalls = (): OpenCalls => {
  const calls: Call[] = [];
  return {
    add: (call) => {
      if (calls.length < openCallsMax) addTo(calls, call);
    },
    delete: (call) => removeFrom(calls, call),
    endAll: () => {
      for (const call of [...calls]) endFailedCall(call, { billable: 'possible', errorType: 'process_ended' }, Date.now());
    },
  };
};
