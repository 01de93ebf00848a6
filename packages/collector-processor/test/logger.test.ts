import { describe, expect, test } from 'vitest';
import { createLogger, describeFault, type LoggerOptions, tidyMessage } from '../src/logger.ts';
import { steppingClock } from './stepping-clock.ts';

function logged(given: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const clock = steppingClock();
  const logger = createLogger({ level: 'info', encoding: 'json', clock, write: (line) => lines.push(line), ...given });
  return { logger, lines, clock };
}

test('writes one JSON object per line, with the time and the facts', () => {
  const { logger, lines } = logged();
  logger.warn('destination does not take requests', { exporter: 'otlp_http/a', code: undefined, spans: 3 });
  expect(lines).toEqual([
    '{"time":"2026-01-01T00:00:00.000Z","level":"warn","message":"destination does not take requests","exporter":"otlp_http/a","spans":3}\n',
  ]);
});

test('writes plain text for a terminal', () => {
  const { logger, lines } = logged({ encoding: 'console' });
  logger.info('listening', { url: 'http://127.0.0.1:4318', tls: undefined });
  expect(lines).toEqual(['00:00:00 info  listening url="http://127.0.0.1:4318"\n']);
});

test('says nothing below its level', () => {
  const { logger, lines } = logged({ level: 'warn' });
  for (const severity of ['debug', 'info', 'warn', 'error'] as const) logger[severity](severity);
  expect(lines.map((line) => JSON.parse(line).level)).toEqual(['warn', 'error']);
});

test('a message that repeats is counted instead, and the count is written once', async () => {
  const { logger, lines, clock } = logged();
  for (let count = 0; count < 12; count += 1) logger.warn('the same', { count });
  logger.warn('another');
  await clock.wait(60_000);
  logger.warn('the same', { count: 12 });
  logger.warn('the same', { count: 13 });
  expect(lines.map((line) => JSON.parse(line)).map(({ message, count, repeated }) => [message, count, repeated])).toEqual([
    ['the same', 0, undefined],
    ['the same', 1, undefined],
    ['the same', 2, undefined],
    ['the same', 3, undefined],
    ['the same', 4, undefined],
    ['another', undefined, undefined],
    ['the same', 12, 7],
    ['the same', 13, undefined],
  ]);
});

describe('texts from elsewhere', () => {
  test.each([
    ['two\nlines\r\n\u001b[31mred', 'two lines [31mred'],
    ['  spaces  ', 'spaces'],
    ['x'.repeat(501), `${'x'.repeat(500)}…`],
  ])('%j becomes one bounded line', (given, line) => {
    expect(tidyMessage(given)).toBe(line);
  });

  test('a fault is named by its kind and place, never by its words', () => {
    const text = describeFault(new RangeError('while reading "my secret prompt"'));
    expect(text).toMatch(/^RangeError at .*logger\.test\.ts:\d+:\d+/);
    expect(text).not.toContain('secret');
    expect(describeFault('my secret prompt')).toBe('string');
  });
});
