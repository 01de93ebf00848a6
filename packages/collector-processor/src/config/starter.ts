/** A first configuration file, with the choices most people make and comments on them. */
export const starterConfig: string = `# Costspan: what did this work item cost?
# Every field and its default: docs/reference/config.md, or: costspan config schema
receivers:
  otlp:
    protocols:
      http:
        endpoint: 127.0.0.1:4318

exporters:
  # Priced spans, one OTLP/JSON request per line.
  file/traces:
    path: ./costspan-traces.jsonl
  # One cost record per work item and change, as OTLP logs.
  file/records:
    path: ./costspan-records.jsonl
  # An OpenTelemetry backend or Collector instead of, or beside, the files:
  # otlp_http/backend:
  #   endpoint: https://otlp.example.com
  #   headers:
  #     authorization: Bearer \${env:OTLP_TOKEN}

# Spans that do not carry costspan.work_item.id: where else their work item stands.
# work_items:
#   id_from: [ticket.id]

pricing:
  # Your own prices and people's rates, above the prices Costspan ships.
  books: []
  currency: USD

ledger:
  file: ./costspan.db

records:
  exporters: [file/records]

service:
  traces:
    exporters: [file/traces]
`;
