import type { Signal } from '../codec.ts';
import { logsRequest } from './logs.ts';
import type { Message } from './message.ts';
import { metricsRequest } from './metrics.ts';
import { tracesRequest } from './traces.ts';

/** The request message of each signal. */
export const requestMessages: Readonly<Record<Signal, Message>> = {
  traces: tracesRequest,
  logs: logsRequest,
  metrics: metricsRequest,
};
