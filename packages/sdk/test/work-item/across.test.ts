import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type HttpRequest, startHttpServer } from '@costspan/testkit';
import { context, propagation, SpanKind, type TextMapPropagator, trace } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { afterEach, describe, expect, test } from 'vitest';
import { eventStream, fakeFetch, post } from '../support/fake-fetch.ts';
import { measure, usageOf } from '../support/measure.ts';

afterEach(() => propagation.disable());

const item = { type: 'ticket', id: 'T-42', tenant: 'acme', dimensions: { team: 'support' } };
const carried = {
  'costspan.work_item.type': 'ticket',
  'costspan.work_item.id': 'T-42',
  'costspan.work_item.tenant': 'acme',
  'costspan.dimension.team': 'support',
};

test('a stream that is read elsewhere costs the item that asked for it', async () => {
  const { costspan, ofRole } = measure();
  const usage = { prompt_tokens: 10, completion_tokens: 5 };
  const fetch = costspan.fetch({ fetch: fakeFetch(eventStream({ id: 'c', model: 'm', choices: [], usage }, '[DONE]')) });
  const answer = await costspan.workItem.run(item, () =>
    fetch('https://api.openai.com/v1/chat/completions', post({ model: 'm', stream: true })),
  );
  await costspan.workItem.run({ type: 'ticket', id: 'T-1' }, () => answer.text());
  const [call] = await ofRole('call');
  expect(usageOf(call)).toEqual({ input_text_tokens: 10, output_text_tokens: 5 });
  expect(call?.attributes).toMatchObject(carried);
});

test('another thread goes on with the item, in the same trace', async () => {
  const { costspan, spans } = measure();
  const file = new URL('../fixtures/item-worker.ts', import.meta.url);
  const start = (): Worker => {
    const workerData = { carrier: costspan.workItem.inject({}) };
    return new Worker(file, { workerData, execArgv: ['--conditions=costspan-source'] });
  };
  const worker = costspan.workItem.run(item, start);
  const [found] = (await once(worker, 'message')) as [
    readonly { readonly name: string; readonly attributes: object; readonly traceId: string; readonly parentId?: string }[],
  ];
  await worker.terminate();
  const [run] = await spans();
  expect(found.map(({ name }) => name)).toEqual(['execute_tool resize', 'work_item ticket']);
  for (const span of found) {
    expect(span.attributes).toMatchObject(carried);
    expect(span.traceId).toBe(run?.spanContext().traceId);
  }
  expect(found[1]?.parentId).toBe(run?.spanContext().spanId);
});

/** Sends a request as an HTTP instrumentation does: a client span that names the host, and the headers of the propagator. */
const request = async (url: string): Promise<void> => {
  const attributes = { 'server.address': new URL(url).hostname };
  const span = trace.getTracer('http').startSpan('GET', { kind: SpanKind.CLIENT, attributes });
  const headers: Record<string, string> = {};
  propagation.inject(trace.setSpan(context.active(), span), headers);
  await (await fetch(url, { headers })).text();
  span.end();
};

const received = async (act: (url: string) => Promise<unknown>): Promise<HttpRequest> => {
  const requests: HttpRequest[] = [];
  await using server = await startHttpServer((incoming, response) => {
    requests.push(incoming);
    response.end('{}');
  });
  await act(server.url);
  const [first] = requests;
  if (first === undefined) throw new Error('nothing was received');
  return first;
};

const w3c = (): TextMapPropagator =>
  new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] });

describe('baggage', () => {
  const act = (baggageHosts: readonly string[]): Promise<HttpRequest> =>
    received(async (url) => {
      const { costspan } = measure({ baggageHosts });
      propagation.setGlobalPropagator(costspan.propagator(w3c()));
      await costspan.workItem.run(item, () => request(url));
    });

  test.each([
    ['no host is named', []],
    ['another host is named', ['billing.internal']],
  ])('carries nothing where %s', async (_, hosts) => {
    const { headers } = await act(hosts);
    expect(headers['baggage']).toBeUndefined();
    expect(headers['traceparent']).toMatch(/^00-/);
    expect(JSON.stringify(headers)).not.toContain('T-42');
  });

  test('carries the item to a host that is named, and it is found there', async () => {
    const { headers } = await act(['127.0.0.1']);
    const { costspan, spans } = measure();
    const arrived = costspan.propagator(w3c()).extract(context.active(), headers, {
      get: (from, key) => (from as HttpRequest['headers'])[key],
      keys: (from) => Object.keys(from as object),
    });
    context.with(arrived, () => trace.getTracer('app').startSpan('refund').end());
    const [span] = await spans();
    expect(span?.attributes).toMatchObject(carried);
  });

  test('is not handed on to the next host', async () => {
    const { headers } = await received(async (url) => {
      const { costspan } = measure({ baggageHosts: ['billing.internal'] });
      propagation.setGlobalPropagator(costspan.propagator(w3c()));
      const incoming = { baggage: 'costspan.work_item=type%3Dticket%26id%3DT-42,theirs=1' };
      await context.with(propagation.extract(context.active(), incoming), () => request(url));
    });
    expect(headers['baggage']).toBe('theirs=1');
  });

  test.each([
    'api.openai.com',
    'eu.api.openai.com',
    'bedrock-runtime.us-east-1.amazonaws.com',
    'x.openai.azure.com',
    'ai-gateway.vercel.sh',
    'https://billing.internal',
    '',
  ])('is refused for %j', (host) => {
    expect(() => measure({ baggageHosts: [host] })).toThrow(
      'createCostspan: baggageHosts: expected a list of names of your own hosts',
    );
  });

  test('is accepted for a host of one’s own at Amazon', () => {
    expect(() => measure({ baggageHosts: ['abc.execute-api.eu-central-1.amazonaws.com'] })).not.toThrow();
  });
});

test('headers of a real request carry the item where they are injected', async () => {
  const { headers } = await received(async (url) => {
    const { costspan } = measure();
    await costspan.workItem.run(item, () => fetch(url, { headers: costspan.workItem.inject({}) }));
  });
  const { costspan, spans } = measure();
  costspan.workItem.runWith(costspan.workItem.extract(headers), () => trace.getTracer('app').startSpan('refund').end());
  for (const span of await spans()) expect(span.attributes).toMatchObject(carried);
});
