import { diag } from '@opentelemetry/api';
import type { CostspanError } from './errors.ts';
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
    // The name alone: a message may quote what was being read.
    diag.error(`costspan: ${what} failed: ${fault instanceof Error ? fault.name : typeof fault}`, stackOf(fault));
    return otherwise;
  }
};

const stackOf = (fault: unknown): string =>
  fault instanceof Error
    ? (fault.stack ?? '')
        .split('\n')
        .filter((line) => line.trimStart().startsWith('at '))
        .join('\n')
    : '';
