import { diag } from '@opentelemetry/api';
import { CostspanError } from './errors.ts';
import { warningsMax } from './limits.ts';

/** What happens when the application calls something wrongly at run time. */
export type OnMisuse = 'warn' | 'throw';

/** Reports a misuse that must not stop the application's own work. */
export type ReportMisuse = (error: CostspanError) => void;

/**
 * A reporter for calls made wrongly at run time. `warn` sends each to `diag` and the first of each kind to
 * `process.emitWarning`; `throw` throws, which suits tests.
 */
export const createReportMisuse = (onMisuse: OnMisuse): ReportMisuse => {
  if (onMisuse === 'throw') {
    return (error) => {
      throw error;
    };
  }
  return (error) => {
    diag.error(error.message);
    warnOnce(`${error.code} ${error.where}`, error.message);
  };
};

const warned = new Set<string>();

/** Shows a warning on stderr, once per `key` and process. */
export const warnOnce = (key: string, message: string): void => {
  if (warned.has(key) || warned.size >= warningsMax) return;
  warned.add(key);
  process.emitWarning(message, { type: 'CostspanWarning' });
};

/** Runs our own code so that a fault in it cannot reach the host: the fault goes to `diag`, and `otherwise` is returned. */
export const guard = <T>(what: string, run: () => T, otherwise: T): T => {
  try {
    return run();
  } catch (fault) {
    reportFault(what, fault);
    return otherwise;
  }
};

/** As `guard`, for what runs in every call: `run` is given what it needs, so that no function is made for it. */
export const guarded = <A extends readonly unknown[], T>(what: string, otherwise: T, run: (...args: A) => T, ...args: A): T => {
  try {
    return run(...args);
  } catch (fault) {
    reportFault(what, fault);
    return otherwise;
  }
};

/** Reports a fault of our own that must not reach the host. */
export const reportFault = (what: string, fault: unknown): void => {
  diag.error(`costspan: ${what} failed: ${describe(fault)}`);
};

// Our own messages quote nothing. Of any other error the message may, so its name and places have to do.
const describe = (fault: unknown): string => {
  if (CostspanError.isInstance(fault)) return fault.message;
  if (!(fault instanceof Error)) return typeof fault;
  const places = (fault.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [fault.name, ...places].join('\n');
};
