import type { Clock } from './clock.ts';
import type { LogConfig } from './config/config.ts';
import { logRepeatsMax, logWindowMs, messageCharactersMax } from './limits.ts';

/** Facts beside a message. Never payloads, attribute values of spans, or secrets. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

type Log = (message: string, fields?: LogFields) => void;

/** The log of the service itself: about what it does, never about single spans. */
export type Logger = {
  readonly debug: Log;
  readonly info: Log;
  readonly warn: Log;
  readonly error: Log;
};

/** Where a log goes and how it looks. */
export type LoggerOptions = Omit<LogConfig, 'encoding'> & {
  readonly encoding: 'json' | 'console';
  readonly clock: Clock;
  readonly write: (line: string) => void;
};

const severities = ['debug', 'info', 'warn', 'error'] as const;

/** A logger that writes one line per message. A message repeated too often is counted instead and the count is written once. */
export function createLogger({ level, encoding, clock, write }: LoggerOptions): Logger {
  const least = severities.indexOf(level);
  const seen = new Map<string, { startedMs: number; count: number }>();

  /** How often the message was held back before this one, or undefined when this one is held back too. */
  const admit = (message: string): number | undefined => {
    const nowMs = clock.nowMs();
    const window = seen.get(message);
    if (window === undefined || nowMs - window.startedMs >= logWindowMs) {
      // Messages are constants of this program, so the map stays as small as the program.
      seen.set(message, { startedMs: nowMs, count: 1 });
      return Math.max(0, (window?.count ?? 0) - logRepeatsMax);
    }
    window.count += 1;
    return window.count > logRepeatsMax ? undefined : 0;
  };

  const logAt = (severity: (typeof severities)[number]): Log => {
    if (severities.indexOf(severity) < least) return () => undefined;
    return (message, fields = {}) => {
      const heldBack = admit(message);
      if (heldBack === undefined) return;
      const facts = { ...fields, ...(heldBack === 0 ? {} : { repeated: heldBack }) };
      const time = new Date(clock.nowMs()).toISOString();
      write(encoding === 'json' ? jsonLine(time, severity, message, facts) : consoleLine(time, severity, message, facts));
    };
  };
  return { debug: logAt('debug'), info: logAt('info'), warn: logAt('warn'), error: logAt('error') };
}

/** A logger that says nothing, for tests and offline work. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Text fit for one log line or answer: no line breaks or control characters, of bounded length. */
export function tidyMessage(text: string): string {
  const line = text.replaceAll(/\p{Cc}+/gu, ' ').trim();
  return line.length > messageCharactersMax ? `${line.slice(0, messageCharactersMax)}…` : line;
}

/** Kind and place of a fault of ours. Its message is left out: it may quote what was being read. */
export function describeFault(fault: unknown): string {
  if (!(fault instanceof Error)) return typeof fault;
  const place = fault.stack?.split('\n').find((line) => line.trimStart().startsWith('at '));
  return `${fault.name}${place === undefined ? '' : ` ${place.trim()}`}`;
}

function jsonLine(time: string, severity: string, message: string, fields: LogFields): string {
  return `${JSON.stringify({ time, level: severity, message, ...fields })}\n`;
}

function consoleLine(time: string, severity: string, message: string, fields: LogFields): string {
  const facts = Object.entries(fields).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}=${JSON.stringify(value)}`],
  );
  return `${time.slice(11, 19)} ${severity.padEnd(5)} ${message}${facts.join('')}\n`;
}
