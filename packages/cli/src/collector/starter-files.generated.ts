// Generated from examples/collector by `node scripts/generate.ts`. Do not edit.

/** A pair of files to begin with, by how Costspan stands to the Collector. */
export const starterFiles: Readonly<
  Record<'side-branch' | 'inline-hop', { readonly collector: string; readonly costspan: string }>
> = {
  'side-branch': {
    collector: `# A side branch: the Collector gives Costspan a copy of every span that may bear a cost, before anything is sampled, and
# takes the cost records back as logs. While Costspan is away its copies wait on disk; tracing goes on as ever.
extensions:
  health_check:
    endpoint: \${env:COLLECTOR_HEALTH_ENDPOINT:-127.0.0.1:13133}
  # What was accepted and is not delivered yet. It outlives the Collector.
  file_storage/queue:
    directory: \${env:COLLECTOR_QUEUE_DIRECTORY:-./collector-queue}
    create_directory: true

receivers:
  otlp:
    protocols:
      grpc:
        endpoint: \${env:COLLECTOR_GRPC_ENDPOINT:-127.0.0.1:4317}
      http:
        endpoint: \${env:COLLECTOR_HTTP_ENDPOINT:-127.0.0.1:4318}

processors:
  memory_limiter:
    check_interval: 1s
    limit_percentage: 75
    spike_limit_percentage: 20
  # Leaves out spans of instrumentations that never bear a cost. Name what to leave out, not what to keep: a list of what to
  # keep would lose, without a word, the cost of an instrumentation it has not heard of. Do without this filter where a
  # trace serves several work items and spans inherit theirs through plain ones: Costspan has to see the whole chain.
  filter/never_cost:
    error_mode: ignore
    trace_conditions:
      - >-
        span.attributes["costspan.work_item.id"] == nil and IsMatch(scope.name,
        "^(@opentelemetry/instrumentation-(connect|dns|express|fastify|fs|graphql|hapi|koa|nestjs-core|net|router)|opentelemetry\\\\.instrumentation\\\\.(asgi|django|fastapi|flask|jinja2|starlette|tornado|wsgi))$")
  tail_sampling:
    decision_wait: 5s
    policies:
      - name: errors
        type: status_code
        status_code: { status_codes: [ERROR] }
      - name: one in ten
        type: probabilistic
        probabilistic: { sampling_percentage: 10 }

exporters:
  otlp_http/costspan:
    endpoint: \${env:COSTSPAN_URL:-http://127.0.0.1:4319}
    compression: none
    retry_on_failure:
      max_interval: \${env:COLLECTOR_RETRY_INTERVAL:-30s}
      # Never given up: what waits here is money.
      max_elapsed_time: 0s
    sending_queue:
      storage: file_storage/queue
      sizer: bytes
      queue_size: 1073741824
      # Batched behind the queue and not by a processor in front of it, which would keep its batch in memory.
      batch:
        flush_timeout: 200ms
        min_size: 262144
        max_size: 4000000
  otlp_http/backend:
    endpoint: \${env:BACKEND_URL:-http://127.0.0.1:4328}
    retry_on_failure:
      max_interval: \${env:COLLECTOR_RETRY_INTERVAL:-30s}
      max_elapsed_time: 0s
    sending_queue:
      storage: file_storage/queue
      sizer: bytes
      queue_size: 1073741824

service:
  extensions: [health_check, file_storage/queue]
  telemetry:
    metrics:
      readers:
        # How full the queues are: otelcol_exporter_queue_size.
        - pull:
            exporter:
              prometheus: { host: 127.0.0.1, port: "\${env:COLLECTOR_METRICS_PORT:-8888}" }
  pipelines:
    # Cost first, from everything.
    traces/cost:
      receivers: [otlp]
      processors: [memory_limiter, filter/never_cost]
      exporters: [otlp_http/costspan]
    # Sampling after that, for the traces that people look at.
    traces/backend:
      receivers: [otlp]
      processors: [memory_limiter, tail_sampling]
      exporters: [otlp_http/backend]
    # Your logs, and Costspan's records among them.
    logs:
      receivers: [otlp]
      processors: [memory_limiter]
      exporters: [otlp_http/backend]
`,
    costspan: `# Costspan as a side branch: spans come in from the Collector and end in the ledger, records go back as logs.
receivers:
  otlp:
    protocols:
      http:
        endpoint: \${env:COSTSPAN_ENDPOINT:-127.0.0.1:4319}

exporters:
  otlp_http/collector:
    endpoint: \${env:COLLECTOR_URL:-http://127.0.0.1:4318}
    compression: none

pricing:
  # Your own prices and people's rates, above the prices Costspan ships.
  books: []
  currency: USD

ledger:
  file: \${env:COSTSPAN_LEDGER:-./costspan.db}

records:
  exporters: [otlp_http/collector]
  interval: \${env:COSTSPAN_RECORDS_INTERVAL:-10s}
`,
  },
  'inline-hop': {
    collector: `# An inline hop: every trace passes through Costspan and comes back priced, so that the backend shows the cost on each span.
# It leaves by \`otlp_http/costspan\` and returns by \`otlp/priced\`; sampling follows after that.
extensions:
  health_check:
    endpoint: \${env:COLLECTOR_HEALTH_ENDPOINT:-127.0.0.1:13133}
  # What was accepted and is not delivered yet. It outlives the Collector.
  file_storage/queue:
    directory: \${env:COLLECTOR_QUEUE_DIRECTORY:-./collector-queue}
    create_directory: true

receivers:
  otlp:
    protocols:
      grpc:
        endpoint: \${env:COLLECTOR_GRPC_ENDPOINT:-127.0.0.1:4317}
      http:
        endpoint: \${env:COLLECTOR_HTTP_ENDPOINT:-127.0.0.1:4318}
  # Only Costspan sends here. A receiver of its own, because spans must not go round in a circle.
  otlp/priced:
    protocols:
      http:
        endpoint: \${env:COLLECTOR_PRICED_ENDPOINT:-127.0.0.1:4320}

processors:
  memory_limiter:
    check_interval: 1s
    limit_percentage: 75
    spike_limit_percentage: 20
  tail_sampling:
    decision_wait: 5s
    policies:
      - name: errors
        type: status_code
        status_code: { status_codes: [ERROR] }
      # Costs are on the spans by now: expensive traces can be kept.
      - name: expensive
        type: ottl_condition
        ottl_condition:
          span: ['span.attributes["costspan.cost.amount"] > 1.0']
      - name: one in ten
        type: probabilistic
        probabilistic: { sampling_percentage: 10 }

exporters:
  otlp_http/costspan:
    endpoint: \${env:COSTSPAN_URL:-http://127.0.0.1:4319}
    compression: none
    retry_on_failure:
      max_interval: \${env:COLLECTOR_RETRY_INTERVAL:-30s}
      # Never given up: what waits here is money, and every trace of the backend.
      max_elapsed_time: 0s
    sending_queue:
      storage: file_storage/queue
      sizer: bytes
      queue_size: 1073741824
      # Batched behind the queue and not by a processor in front of it, which would keep its batch in memory.
      batch:
        flush_timeout: 200ms
        min_size: 262144
        max_size: 4000000
  otlp_http/backend:
    endpoint: \${env:BACKEND_URL:-http://127.0.0.1:4328}
    retry_on_failure:
      max_interval: \${env:COLLECTOR_RETRY_INTERVAL:-30s}
      max_elapsed_time: 0s
    sending_queue:
      storage: file_storage/queue
      sizer: bytes
      queue_size: 1073741824

service:
  extensions: [health_check, file_storage/queue]
  telemetry:
    metrics:
      readers:
        # How full the queues are: otelcol_exporter_queue_size.
        - pull:
            exporter:
              prometheus: { host: 127.0.0.1, port: "\${env:COLLECTOR_METRICS_PORT:-8888}" }
  pipelines:
    traces/in:
      receivers: [otlp]
      processors: [memory_limiter]
      exporters: [otlp_http/costspan]
    traces/priced:
      receivers: [otlp/priced]
      processors: [memory_limiter, tail_sampling]
      exporters: [otlp_http/backend]
    # Your logs, and Costspan's records among them.
    logs:
      receivers: [otlp, otlp/priced]
      processors: [memory_limiter]
      exporters: [otlp_http/backend]
`,
    costspan: `# Costspan as an inline hop: spans come in from the Collector and go back to it priced; records go back as logs.
receivers:
  otlp:
    protocols:
      http:
        endpoint: \${env:COSTSPAN_ENDPOINT:-127.0.0.1:4319}

exporters:
  # The first destination of traces is required: a span is acknowledged once the Collector has it back and the ledger too.
  otlp_http/collector:
    endpoint: \${env:COLLECTOR_PRICED_URL:-http://127.0.0.1:4320}
    compression: none

pricing:
  # Your own prices and people's rates, above the prices Costspan ships.
  books: []
  currency: USD

ledger:
  file: \${env:COSTSPAN_LEDGER:-./costspan.db}

records:
  exporters: [otlp_http/collector]
  interval: \${env:COSTSPAN_RECORDS_INTERVAL:-10s}

service:
  traces:
    exporters: [otlp_http/collector]
`,
  },
};
