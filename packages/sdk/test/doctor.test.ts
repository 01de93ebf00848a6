import { mkdirSync, writeFileSync } from 'node:fs';
import { createTemporaryFolder } from '@costspan/testkit';
import { context, propagation, trace } from '@opentelemetry/api';
import { W3CBaggagePropagator } from '@opentelemetry/core';
import { AlwaysOffSampler, TraceIdRatioBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import { expect, test, vi } from 'vitest';
import type { createCostspan } from '../src/index.ts';
import { measure } from './support/measure.ts';

const KEY = 'a key of sixteen characters';
const codes = (costspan: ReturnType<typeof createCostspan>): readonly string[] =>
  costspan.doctor().map(({ code, severity }) => `${severity} ${code}`);

test('finds nothing wrong with a good setup, and sends nothing', async () => {
  const { costspan, spans } = measure({ handoffKey: KEY });
  expect(codes(costspan)).toEqual([]);
  expect(await spans()).toEqual([]);
});

test('without a tracer provider', () => {
  const { costspan } = measure({ handoffKey: KEY });
  trace.disable();
  expect(codes(costspan)).toEqual(['problem nothing-recorded']);
});

test('with a sampler that drops everything, unless it is wrapped in ours', () => {
  const unwrapped = measure({ handoffKey: KEY }, { sampler: new AlwaysOffSampler() });
  expect(codes(unwrapped.costspan)).toEqual(['problem nothing-recorded']);
  const wrapped = measure({ handoffKey: KEY }, { sampler: unwrapped.costspan.sampler(new AlwaysOffSampler()) });
  expect(codes(wrapped.costspan)).toEqual([]);
});

test('what is no sampler is refused where it is given', () => {
  const { costspan } = measure({ handoffKey: KEY });
  expect(() => costspan.sampler('always_on' as never)).toThrow(
    'sampler: expected a Sampler of OpenTelemetry, found a string of 9 characters; give the one to wrap, such as ',
  );
});

test('with a sampler that drops some, unless it is wrapped in ours', () => {
  const half = new TraceIdRatioBasedSampler(0.5);
  const unwrapped = measure({ handoffKey: KEY }, { sampler: half });
  expect(codes(unwrapped.costspan)).toEqual(['problem sampling-loses-cost']);
  const wrapped = measure({ handoffKey: KEY }, { sampler: unwrapped.costspan.sampler(half) });
  expect(codes(wrapped.costspan)).toEqual([]);
});

test('without our span processor', () => {
  const { costspan } = measure({ handoffKey: KEY });
  trace.disable();
  trace.setGlobalTracerProvider(new TracerProvider());
  expect(codes(costspan)).toEqual(['problem span-processor-missing']);
});

test('without a context manager, with baggage going out, and without a key for handoffs', () => {
  const { costspan } = measure();
  context.disable();
  propagation.setGlobalPropagator(new W3CBaggagePropagator());
  expect(codes(costspan)).toEqual(['hint context-manager-missing', 'hint baggage-leaves', 'hint handoff-key-missing']);
  propagation.disable();
});

test('with two copies of the OpenTelemetry API', async () => {
  const { costspan } = measure({ handoffKey: KEY });
  await using folder = await createTemporaryFolder();
  const copy = folder.join('node_modules', '@opentelemetry', 'api');
  mkdirSync(copy, { recursive: true });
  writeFileSync(`${copy}/package.json`, '{ "name": "@opentelemetry/api", "version": "1.9.0", "main": "index.js" }');
  writeFileSync(`${copy}/index.js`, '');
  const cwd = vi.spyOn(process, 'cwd').mockReturnValue(folder.path);
  const [finding, ...others] = costspan.doctor();
  cwd.mockRestore();
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ code: 'api-duplicate', severity: 'problem' });
  expect(finding?.message).toContain(`${copy}/index.js`);
});

test('every finding says what to do', () => {
  const { costspan } = measure();
  trace.disable();
  for (const { message } of costspan.doctor()) expect(message).toMatch(/: .+/);
});
