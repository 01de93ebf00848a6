// A coding agent on the command line, asked one question. CLI names it. What it exports is received here and written down.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const received = { traces: [], logs: [] };
const sink = createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    received[request.url.split('/').at(-1)]?.push(JSON.parse(Buffer.concat(pieces)));
    response.setHeader('content-type', 'application/json');
    response.end('{}');
  });
});
await new Promise((resolve) => sink.listen(0, '127.0.0.1', resolve));
const otlp = `http://127.0.0.1:${sink.address().port}`;
const home = mkdtempSync(join(import.meta.dirname, 'home-'));

const agents = {
  claude: () => ({
    command: 'claude',
    args: ['-p', 'Hello', '--model', 'claude-sonnet-5'],
    env: {
      ANTHROPIC_BASE_URL: process.env.ANTHROPIC_URL,
      ANTHROPIC_API_KEY: 'sk-fake',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      CLAUDE_CODE_ENABLE_TELEMETRY: '1',
      CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: '1',
      OTEL_EXPORTER_OTLP_ENDPOINT: otlp,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_TRACES_EXPORTER: 'otlp',
    },
  }),
  codex: () => {
    mkdirSync(join(home, '.codex'));
    const exporter = (signal) => `{ otlp-http = { endpoint = "${otlp}/v1/${signal}", protocol = "json" } }`;
    const settings = [
      'model = "gpt-5"',
      'model_provider = "fake"',
      '[model_providers.fake]',
      'name = "fake"',
      `base_url = "${process.env.OPENAI_URL}/v1"`,
      'env_key = "FAKE_KEY"',
      'wire_api = "responses"',
      '[otel]',
      `exporter = ${exporter('logs')}`,
      `trace_exporter = ${exporter('traces')}`,
    ];
    writeFileSync(join(home, '.codex', 'config.toml'), settings.join('\n'));
    return { command: 'codex', args: ['exec', '--skip-git-repo-check', 'Hello'], env: { FAKE_KEY: 'sk-fake' } };
  },
};

const { command, args, env } = agents[process.env.CLI]();
const child = spawn(join(import.meta.dirname, 'node_modules', '.bin', command), args, {
  cwd: home,
  env: { PATH: process.env.PATH, HOME: home, ...env },
  stdio: ['ignore', 'inherit', 'inherit'],
});
await new Promise((resolve) => child.once('exit', resolve));
rmSync(home, { recursive: true, force: true });

const plainValue = ({ stringValue, intValue, doubleValue, boolValue } = {}) =>
  stringValue ?? (intValue === undefined ? undefined : Number(intValue)) ?? doubleValue ?? boolValue;
// Who ran it, and how fast, says nothing about cost.
const left = /^(user|thread|code|busy|idle|host|os|process)[._]|prompt/;
const plain = (attributes = []) =>
  Object.fromEntries(
    attributes.map(({ key, value }) => [key, plainValue(value)]).filter(([key, value]) => value !== undefined && !left.test(key)),
  );
const scopes = (requests, resources, scoped) =>
  requests.flatMap((request) => request[resources]).flatMap((resource) => resource[scoped]);
const spans = scopes(received.traces, 'resourceSpans', 'scopeSpans').flatMap(({ scope, spans: some }) =>
  some.map((span) => ({
    scope: scope.name,
    scopeVersion: scope.version ?? '',
    name: span.name,
    kind: span.kind ?? 0,
    status: span.status?.code ?? 0,
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? '',
    attributes: plain(span.attributes),
  })),
);
const logs = scopes(received.logs, 'resourceLogs', 'scopeLogs').flatMap(({ scope, logRecords }) =>
  logRecords.map((record) => ({
    scope: scope.name,
    scopeVersion: scope.version ?? '',
    eventName: record.eventName ?? '',
    body: plainValue(record.body ?? {}) ?? '',
    timeUnixNano: String(record.timeUnixNano ?? 0),
    observedTimeUnixNano: String(record.observedTimeUnixNano ?? 0),
    traceId: record.traceId ?? '',
    spanId: record.spanId ?? '',
    attributes: plain(record.attributes),
  })),
);
// Spans with usage and what is above them or beside an event: an agent writes hundreds of others.
const kept = new Set(spans.filter(({ attributes }) => Object.keys(attributes).some((key) => key.includes('tokens'))));
for (const { spanId, parentSpanId } of [...kept, ...logs.map((log) => ({ spanId: log.spanId, parentSpanId: log.spanId }))]) {
  for (let at = parentSpanId || spanId; at; ) {
    const above = spans.find((span) => span.spanId === at);
    if (above) kept.add(above);
    at = above?.parentSpanId;
  }
}
const told = logs.filter(({ body, attributes }) =>
  /api_request|user_prompt|sse_event/.test(`${body} ${attributes['event.name']}`),
);
writeFileSync(process.env.SPANS_FILE, JSON.stringify({ spans: spans.filter((span) => kept.has(span)), logs: told }));
process.exit(0);
