import { describe, expect, test } from 'vitest';
import type { Config, ExporterConfig } from '../../src/config/config.ts';
import { describeIssues, parseConfig } from '../../src/config/load.ts';
import { starterConfig } from '../../src/config/starter.ts';

function configOf(text: string, environment: Record<string, string> = {}): Config {
  const loaded = parseConfig(text, environment);
  if (loaded.kind === 'invalid') throw new Error(describeIssues('config.yaml', loaded.issues));
  return loaded.config;
}

function exporterOf(text: string, name: string, environment: Record<string, string> = {}): ExporterConfig | undefined {
  return configOf(text, environment).exporters[name];
}

function problemsOf(text: string, environment: Record<string, string> = {}): readonly string[] {
  const loaded = parseConfig(text, environment);
  return loaded.kind === 'ok' ? [] : describeIssues('config.yaml', loaded.issues).split('\n');
}

describe('telemetry', () => {
  test('is billed by a SKU, provider and name', () => {
    expect(configOf('pricing: { telemetry: { sku: grafana-cloud/traces } }').pricing).toEqual({
      ...{ books: [], catalog: true, currency: 'USD', serve: 'full' },
      telemetry: { provider: 'grafana-cloud', model: 'traces' },
    });
  });

  test.each([
    ['traces', 'config.yaml:1:30: pricing.telemetry.sku: expected a SKU such as "grafana-cloud/traces", found "traces"'],
    ['7', 'config.yaml:1:30: pricing.telemetry.sku: expected a SKU such as "grafana-cloud/traces", found 7'],
  ])('a SKU %s is refused', (sku, problem) => {
    expect(problemsOf(`pricing: { telemetry: { sku: ${sku} } }`)).toEqual([problem]);
  });

  test.each([
    ['true', 'config.yaml:1:23: pricing.telemetry: expected a map, found true'],
    ['{ sku: a/b, gb: 1 }', 'config.yaml:1:35: pricing.telemetry.gb: unknown key; known here: sku'],
  ])('%s is refused', (telemetry, problem) => {
    expect(problemsOf(`pricing: { telemetry: ${telemetry} }`)).toEqual([problem]);
  });
});

test('a SKU of telemetry needs a ledger that books it', () => {
  expect(problemsOf('pricing: { telemetry: { sku: grafana-cloud/traces } }\nledger: off')).toEqual([
    'config.yaml:1:30: pricing.telemetry.sku: expected a ledger: it books what spans cost as telemetry; leave `ledger: off` or this out, found "grafana-cloud/traces"',
  ]);
});

describe('defaults', () => {
  test('OTLP-01 an empty file listens on loopback only, port 4318, and trusts the laptop it runs on', () => {
    expect(configOf('')).toEqual({
      otlpHttp: {
        host: '127.0.0.1',
        port: 4318,
        paths: { traces: '/v1/traces', logs: '/v1/logs', metrics: '/v1/metrics' },
        requestBytesMax: 67_108_864,
        connectionsMax: 4_096,
        headerTimeoutMs: 60_000,
        requestTimeoutMs: 60_000,
        idleTimeoutMs: 60_000,
      },
      exporters: {},
      tenantKeys: [],
      trust: { declaredCost: true, declaredCostForLlm: false, providerCost: true, billable: true, entries: true },
      tenantLimits: {},
      trustByTenant: {},
      workItems: { idFrom: [], typeFrom: [], types: {} },
      pricing: { books: [], catalog: true, currency: 'USD', serve: 'full' },
      handoffKeys: [],
      ledger: { file: './costspan.db', retentionMs: 2_592_000_000, traceWindowMs: 3_600_000 },
      records: { exporters: [], entries: [], redact: {}, intervalMs: 10_000 },
      service: {
        exporters: { traces: [], logs: [], metrics: [] },
        acknowledgeWithinMs: 2_000,
        inFlightBytesMax: 268_435_456,
        memoryLimiter: { limitPercentage: 80 },
        workers: 1,
        shutdownTimeoutMs: 30_000,
        watchFilesMs: 5_000,
        log: { level: 'info', encoding: 'auto' },
        metricsOut: { exporters: [], intervalMs: 60_000, temporality: {} },
      },
    });
  });

  test('the starter file is valid and uses what it defines', () => {
    expect(parseConfig(starterConfig, {})).toMatchObject({ kind: 'ok', warnings: [] });
  });

  test('a key with nothing below it counts as absent, a transport or exporter with nothing below it as all defaults', () => {
    const config = configOf('records:\nreceivers: {otlp: {protocols: {http: }}}\nwork_items:\n  id_from:\n');
    expect(config).toEqual(configOf(''));
  });

  test('OTLP-01 gRPC is on when it is named, on loopback and port 4317', () => {
    expect(configOf('receivers: {otlp: {protocols: {grpc: }}}')).toMatchObject({ otlpGrpc: { host: '127.0.0.1', port: 4317 } });
  });

  test('protocols without http receive nothing over http', () => {
    expect(configOf('receivers: {otlp: {protocols: {}}}').otlpHttp).toBeUndefined();
  });

  test('entries need a ledger, and records beside them are warned about', () => {
    const exporter = 'exporters: {otlp_http/a: {endpoint: "http://localhost:1"}}';
    expect(parseConfig(`${exporter}\nledger: off\nrecords: {entries: [otlp_http/a]}`, {})).toMatchObject({
      kind: 'invalid',
      issues: [{ line: 3, path: 'records.entries' }],
    });
    expect(parseConfig(`${exporter}\nrecords: {exporters: [otlp_http/a], entries: [otlp_http/a]}`, {})).toMatchObject({
      kind: 'ok',
      warnings: [expect.stringContaining('counts everything twice')],
    });
  });

  test('what is redacted names a destination of records or entries, and each part by its word', () => {
    const exporter = 'exporters: {otlp_http/a: {endpoint: "http://localhost:1"}, otlp_http/b: {endpoint: "http://localhost:1"}}';
    const problems = (records: string) =>
      problemsOf(`${exporter}\nservice: {traces: {exporters: [otlp_http/b]}}\nrecords: ${records}`);
    expect(problems('{exporters: [otlp_http/a], redact: {otlp_http/b: [rates]}}')).toEqual([
      expect.stringContaining(
        'records.redact.otlp_http/b: expected an exporter that `records.exporters` or `records.entries` names',
      ),
    ]);
    expect(problems('{exporters: [otlp_http/a], entries: [otlp_http/a], redact: {otlp_http/a: [rates]}}')).toEqual([
      expect.stringContaining('expected a destination of records or of entries, not of both'),
    ]);
    expect(problems('{exporters: [otlp_http/a], redact: {otlp_http/a: [prices]}}')).toEqual([
      expect.stringContaining('expected one of "rates", "contract_prices", "human_amounts", found "prices"'),
    ]);
    const parsed = `${exporter}\nservice: {traces: {exporters: [otlp_http/a, otlp_http/b]}}\nrecords: {exporters: [otlp_http/a], redact: {otlp_http/a: [rates, human_amounts, rates]}}`;
    expect(configOf(parsed).records.redact).toEqual({ 'otlp_http/a': ['human_amounts', 'rates'] });
    expect(parseConfig(parsed, {})).toMatchObject({
      warnings: [
        'records.redact.otlp_http/a: service.traces.exporters sends it spans with their usage and cost too, from which nothing is left out',
      ],
    });
  });

  test('ledger off is no ledger', () => {
    expect(configOf('ledger: off').ledger).toBeUndefined();
  });
});

describe('trust', () => {
  const believed = { declaredCost: true, declaredCostForLlm: false, providerCost: true, billable: true, entries: true };
  const none = { declaredCost: false, declaredCostForLlm: false, providerCost: false, billable: false, entries: false };
  const open = 'receivers: {otlp: {protocols: {http: {endpoint: "0.0.0.0:4318"}}}}';
  test.each([
    ['loopback', '', believed],
    ['gRPC on every address', 'receivers: {otlp: {protocols: {http: , grpc: {endpoint: "0.0.0.0:4317"}}}}', none],
    ['another loopback address', 'receivers: {otlp: {protocols: {http: {endpoint: "[::1]:4318"}}}}', believed],
    ['every address', open, none],
    ['tenants by key', 'tenants: {keys: [{tenant: a, key: k}]}', none],
    ['tenants by header', 'tenants: {header: X-Scope-OrgID}', none],
    ['every address, said', `${open}\ntrust: {declared_cost: true}`, { ...none, declaredCost: true }],
    [
      'declared costs of language models, said',
      'trust: {declared_cost_for_llm: true}',
      { ...believed, declaredCostForLlm: true },
    ],
    ['loopback, taken back', 'trust: {billable: false}', { ...believed, billable: false }],
  ])('%s', (_, text, trust) => {
    expect(configOf(text).trust).toEqual(trust);
  });

  test('one tenant can be believed more than the others', () => {
    const config = configOf('tenants: {keys: [{tenant: a, key: k}], trust: {a: {provider_cost: true}}}');
    expect(config.trustByTenant).toEqual({ a: { ...none, providerCost: true } });
  });
});

describe('exporters', () => {
  test('an endpoint serves every signal, with or without a slash at its end', () => {
    expect(exporterOf('exporters: {otlp_http/a: {endpoint: "http://h:4318/"}}', 'otlp_http/a')).toMatchObject({
      type: 'otlp_http',
      urls: { traces: 'http://h:4318/v1/traces', logs: 'http://h:4318/v1/logs', metrics: 'http://h:4318/v1/metrics' },
      compression: 'gzip',
    });
    expect(exporterOf('exporters: {otlphttp: {endpoint: "https://h/base"}}', 'otlphttp')).toMatchObject({
      type: 'otlp_http',
      urls: { metrics: 'https://h/base/v1/metrics' },
    });
  });

  test.each([
    ['otlp.example.com:4317', 'otlp.example.com:4317', true],
    ['https://otlp.example.com:4317', 'otlp.example.com:4317', true],
    ['http://127.0.0.1:4317/', '127.0.0.1:4317', false],
    ['[::1]:4317', '[::1]:4317', true],
  ])('the gRPC endpoint %s is %s, with TLS: %j', (endpoint, address, secure) => {
    expect(exporterOf(`exporters: {otlp_grpc/a: {endpoint: "${endpoint}"}}`, 'otlp_grpc/a')).toMatchObject({
      type: 'otlp_grpc',
      address,
      secure,
    });
    expect(exporterOf(`exporters: {otlp: {endpoint: "${endpoint}"}}`, 'otlp')).toMatchObject({
      type: 'otlp_grpc',
      address,
      secure,
    });
  });

  test.each(['otlp.example.com', 'http://h:1/path', 'http://user:s3cret@h:1', ''])(
    'the gRPC endpoint %j is refused',
    (endpoint) => {
      expect(problemsOf(`exporters: {otlp_grpc: {endpoint: "${endpoint}"}}`)).toHaveLength(1);
    },
  );

  test('OTLP-35 the back-off of an unconfigured exporter is the Collector’s', () => {
    expect(exporterOf('exporters: {otlp_http: {endpoint: "http://h"}}', 'otlp_http')).toMatchObject({
      retry: {
        enabled: true,
        initialIntervalMs: 5_000,
        multiplier: 1.5,
        randomizationFactor: 0.5,
        intervalMsMax: 30_000,
        elapsedMsMax: 300_000,
      },
      requestBytesMax: 4 * 2 ** 20,
      timeoutMs: 30_000,
    });
  });

  test('an exporter that nothing uses is warned about', () => {
    expect(parseConfig('exporters: {file/a: {path: a.jsonl}}', {})).toMatchObject({
      kind: 'ok',
      warnings: ['exporters.file/a: defined but used by no signal and no records; name it under service or records'],
    });
  });
});

describe('environment', () => {
  const variable = (text: string): string => `\${env:${text}}`;
  const header = `exporters: {otlp_http: {endpoint: "${variable('URL')}", headers: {authorization: "Bearer ${variable('TOKEN')}"}}}`;

  test('variables stand for their text, also inside of text, and are not read again', () => {
    expect(exporterOf(header, 'otlp_http', { URL: 'http://h:1', TOKEN: `${variable('URL')}$$` })).toMatchObject({
      urls: { traces: 'http://h:1/v1/traces' },
      headers: { authorization: `Bearer ${variable('URL')}$$` },
    });
  });

  test('numbers and flags may come from the environment', () => {
    const http = `{max_connections: "${variable('N')}"}`;
    const text = `pricing: {catalog: "${variable('CATALOG')}"}\nreceivers: {otlp: {protocols: {http: ${http}}}}`;
    const config = configOf(text, { CATALOG: 'false', N: '7' });
    expect([config.pricing.catalog, config.otlpHttp?.connectionsMax]).toEqual([false, 7]);
  });

  test('a default stands in, and $$ is one $', () => {
    const text = `ledger: {file: "${variable('DIR:-/data')}/a$${variable('b')}.db"}`;
    expect(configOf(text).ledger?.file).toBe(`/data/a${variable('b')}.db`);
  });

  test('every variable that is missing is named once, where it stands', () => {
    expect(problemsOf(header)).toEqual([
      `config.yaml:1:35: exporters.otlp_http.endpoint: environment variable URL is not set; set it, or write ${variable('URL:-default')}`,
      `config.yaml:1:74: exporters.otlp_http.headers.authorization: environment variable TOKEN is not set; set it, or write ${variable('TOKEN:-default')}`,
    ]);
  });
});

describe('problems', () => {
  test('all are listed at once, each with its place, in the order of the file', () => {
    const text = `receivers:
  otlp:
    protocols:
      http:
        endpoint: 4318
        tls: {cert_file: a}
      grcp:
exporters:
  otlp_http/a: {endpoint: "ftp://x", timout: 3s}
  filee: {}
  file:
records:
  interval: 10
  exporters: [fil]
ledger: of
service:
  pipelines: {}
  max_in_flight_size: 1MiB
`;
    expect(problemsOf(text)).toEqual([
      'config.yaml:5:19: receivers.otlp.protocols.http.endpoint: expected an address such as "127.0.0.1:4318", found 4318',
      'config.yaml:6:14: receivers.otlp.protocols.http.tls.key_file: expected text; it is missing, add it',
      'config.yaml:7:7: receivers.otlp.protocols.grcp: unknown key; did you mean grpc?',
      'config.yaml:9:27: exporters.otlp_http/a.endpoint: expected an http or https address without user, query or fragment; put secrets into `headers`, found "ftp://x"',
      'config.yaml:9:38: exporters.otlp_http/a.timout: unknown key; did you mean timeout?',
      'config.yaml:10:3: exporters.filee: unknown type of exporter; did you mean file?',
      'config.yaml:11:8: exporters.file.path: expected text; it is missing, add it',
      'config.yaml:13:13: records.interval: expected a duration such as "30s" or "1h30m", found 10',
      'config.yaml:14:15: records.exporters.0: expected the name of an exporter that `exporters` defines, found "fil"; did you mean file?',
      'config.yaml:15:9: ledger: expected `off` or a map, found "of"',
      'config.yaml:17:3: service.pipelines: unknown key; known here: traces, logs, metrics, acknowledge_within, max_in_flight_size, memory_limiter, workers, shutdown_timeout, watch_files, telemetry',
      'config.yaml:18:23: service.max_in_flight_size: expected at least `receivers.otlp.protocols.http.max_request_body_size`, or a request of that size could never be taken, found "1MiB"',
    ]);
  });

  test.each([
    ['a: [', 'config.yaml:1:5: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ['ledger: {file: 3}', 'config.yaml:1:16: ledger.file: expected text, found 3'],
    ['ledger: {flie: a}', 'config.yaml:1:10: ledger.flie: unknown key; did you mean file?'],
    ['ledger: off\nledger: off', 'config.yaml:2:1: not valid YAML: Map keys must be unique'],
    ['[]', 'config.yaml:1:1: expected a map, found a list'],
    ['pricing: {currency: usd}', 'config.yaml:1:21: pricing.currency: expected an ISO 4217 code such as "USD", found "usd"'],
    [
      'receivers: {otlp: {protocols: {http: {max_connections: 0}}}}',
      'config.yaml:1:56: receivers.otlp.protocols.http.max_connections: expected a whole number from 1 to 1000000, found 0',
    ],
    [
      'receivers: {otlp: {protocols: {http: {endpoint: "localhost:65536"}}}}',
      'config.yaml:1:49: receivers.otlp.protocols.http.endpoint: expected an address such as "127.0.0.1:4318", found "localhost:65536"',
    ],
  ])('%j', (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  test('a file that grows without end through its aliases is refused', () => {
    const rounds = Array.from(
      { length: 9 },
      (_, index) => `a${index + 1}: &a${index + 1} [${Array(10).fill(`*a${index}`).join(',')}]`,
    );
    expect(problemsOf(['a0: &a0 [x]', ...rounds].join('\n'))).toEqual([
      'config.yaml:1:1: Excessive alias count indicates a resource exhaustion attack',
    ]);
  });
});

describe('OTLP-47 secrets', () => {
  test.each([
    ['a header that is not text', 'exporters: {otlp_http: {endpoint: "http://h", headers: {authorization: [s3cret]}}}'],
    ['a key given twice', 'tenants: {keys: [{tenant: a, key: s3cret}, {tenant: b, key: s3cret}]}'],
    ['an address with a password', 'exporters: {otlp_http: {endpoint: "http://user:s3cret@h"}}'],
    ['an address with a token in its query', 'exporters: {otlp_http: {endpoint: "http://h?token=s3cret"}}'],
    ['a key where a list of keys belongs', 'tenants: {keys: s3cret}'],
    ['a key in the place of its map', 'tenants: {keys: [s3cret]}'],
    ['a key of handoffs where a list belongs', 'handoffs: {keys: s3cret}'],
    ['a variable in a wrong place', `records: {interval: "\${env:TOKEN}"}`],
  ])('never appear in a problem: %s', (_, text) => {
    const problems = problemsOf(text, { TOKEN: 's3cret' });
    expect(problems).toHaveLength(1);
    expect(problems[0]).not.toContain('s3cret');
  });
});
