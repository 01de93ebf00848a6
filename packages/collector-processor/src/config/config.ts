import type { TelemetrySku } from '@costspan/pricing';

/** Which statements of a sender about cost are believed. */
export type Trust = {
  /** `costspan.declared_cost.*`. */
  readonly declaredCost: boolean;
  /** `costspan.provider_cost.*` and other costs a span reports from its provider. */
  readonly providerCost: boolean;
  /** `costspan.attempt.billable`. */
  readonly billable: boolean;
};

/** {@link Trust} as a configuration states it. */
export type TrustConfig = Trust & {
  /** Whether a declared cost is believed for calls of language models too, where tokens tell better. */
  readonly declaredCostForLlm: boolean;
  /** Whether entries that another ledger decided are booked as they come. */
  readonly entries: boolean;
};

/** Files of a TLS identity. */
export type TlsFiles = {
  readonly certFile: string;
  readonly keyFile: string;
};

/** TLS of a receiver. */
export type ServerTls = TlsFiles & {
  /** With it, only clients whose certificate one of these authorities signed may connect. */
  readonly clientCaFile?: string;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
};

/** TLS of an exporter. */
export type ClientTls = Partial<TlsFiles> & {
  readonly caFile?: string;
  readonly insecureSkipVerify: boolean;
};

/** Web origins that may send from a browser. */
export type Cors = {
  /** Origins such as `https://app.example.com`; one `*` in each stands for any text. */
  readonly allowedOrigins: readonly string[];
  readonly allowedHeaders: readonly string[];
  readonly maxAgeSeconds: number;
};

/** OTLP over HTTP, incoming. */
export type OtlpHttpReceiverConfig = {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly paths: { readonly traces: string; readonly logs: string; readonly metrics: string };
  readonly requestBytesMax: number;
  readonly connectionsMax: number;
  readonly headerTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly tls?: ServerTls;
  readonly cors?: Cors;
};

/** OTLP over gRPC, incoming. */
export type OtlpGrpcReceiverConfig = {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly requestBytesMax: number;
  readonly connectionsMax: number;
  /** Calls at once on one connection. */
  readonly streamsMax: number;
  readonly idleTimeoutMs: number;
  /** Age at which a connection is asked to close, so that senders spread over new instances. 0: never. */
  readonly connectionAgeMs: number;
  /** Time calls under way on such a connection have left. */
  readonly connectionGraceMs: number;
  readonly tls?: ServerTls;
};

/** When a destination is tried again. */
export type RetryConfig = {
  readonly enabled: boolean;
  readonly initialIntervalMs: number;
  readonly multiplier: number;
  /** Share of an interval that chance may add or take, 0 to 1. */
  readonly randomizationFactor: number;
  readonly intervalMsMax: number;
  /** 0: never give up. */
  readonly elapsedMsMax: number;
};

/** OTLP over HTTP, outgoing. */
export type OtlpHttpExporterConfig = {
  readonly type: 'otlp_http';
  readonly urls: { readonly traces: string; readonly logs: string; readonly metrics: string };
  readonly encoding: 'proto' | 'json';
  readonly compression: 'gzip' | 'zstd' | 'none';
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly requestBytesMax: number;
  readonly retry: RetryConfig;
  readonly queue: { readonly bytesMax: number; readonly consumers: number };
  readonly tls?: ClientTls;
  readonly required?: boolean;
};

/** OTLP over gRPC, outgoing. */
export type OtlpGrpcExporterConfig = {
  readonly type: 'otlp_grpc';
  /** `host:port`. */
  readonly address: string;
  /** Whether TLS is spoken. */
  readonly secure: boolean;
  readonly compression: 'gzip' | 'none';
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly requestBytesMax: number;
  readonly retry: RetryConfig;
  readonly queue: { readonly bytesMax: number; readonly consumers: number };
  readonly tls?: ClientTls;
  readonly required?: boolean;
};

/** OTLP/JSON lines in a file that rotates. */
export type FileExporterConfig = {
  readonly type: 'file';
  readonly path: string;
  /** A file never grows beyond this unless one request is larger. */
  readonly fileBytesMax: number;
  /** Older files kept beside the current one. */
  readonly backupsMax: number;
  /** Whether the disk confirms every write before the sender is answered. */
  readonly fsync: boolean;
  readonly queue: { readonly bytesMax: number; readonly consumers: number };
  readonly required?: boolean;
};

/** One destination. */
export type ExporterConfig = OtlpHttpExporterConfig | OtlpGrpcExporterConfig | FileExporterConfig;

/** A key that lets a sender in and says whose it is. */
export type TenantKey = {
  /** `*`: the sender speaks for every tenant, as its spans and events name them. */
  readonly tenant: string;
  /** Secret. */
  readonly key: string;
};

/** How much of a tenant is taken in. 0: no limit. */
export type TenantLimit = {
  readonly requestsPerSecond: number;
  /** Of request bodies after decompression. */
  readonly bytesPerSecond: number;
  readonly spansPerSecond: number;
  /** How far ahead of its rates a tenant may be. */
  readonly burstMs: number;
};

/** How work items are found on spans. */
export type WorkItemsConfig = {
  /** Attribute keys that hold a work item's id where `costspan.work_item.id` is absent, in order. */
  readonly idFrom: readonly string[];
  /** Attribute keys that hold its type, in order. */
  readonly typeFrom: readonly string[];
  /** `costspan.dimension.<key>` that are kept; undefined: all. */
  readonly dimensions?: readonly string[];
  /** File that gives spans dimensions by their attributes; absent: none. */
  readonly dimensionsFrom?: string;
  readonly types: Readonly<Record<string, { readonly completed: readonly string[] }>>;
};

/** What a destination of records or entry events does not get to see; sorted, each once. Empty: it sees everything. */
export type Redaction = readonly RedactedPart[];

/** A part of records and entries that may be confidential. */
export type RedactedPart = 'contract_prices' | 'human_amounts' | 'rates';

/** The ledger file and how long it remembers. */
export type LedgerConfig = {
  readonly file: string;
  readonly retentionMs: number;
  readonly traceWindowMs: number;
};

/** What the service logs about itself. */
export type LogConfig = {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** `auto`: plain text on a terminal, JSON lines elsewhere. */
  readonly encoding: 'auto' | 'json' | 'console';
};

/** How metrics of the service leave it over OTLP. `/metrics` is there whatever this says. */
export type MetricsOutConfig = {
  readonly exporters: readonly string[];
  readonly intervalMs: number;
  /** By destination. Those that are not named get sums since the start. */
  readonly temporality: Readonly<Record<string, 'cumulative' | 'delta'>>;
};

/** How much memory the process may hold before senders are told to come back. */
export type MemoryLimiterConfig = {
  /** Absent: the percentage counts. */
  readonly limitBytes?: number;
  /** Share of the memory of the container, or of the computer where there is no limit. */
  readonly limitPercentage: number;
};

/** A complete, checked configuration. Every default is filled in. */
export type Config = {
  /** Absent: nothing is received over HTTP. */
  readonly otlpHttp?: OtlpHttpReceiverConfig;
  /** Absent: nothing is received over gRPC. */
  readonly otlpGrpc?: OtlpGrpcReceiverConfig;
  /** By name, for example `otlp_http/backend`. */
  readonly exporters: Readonly<Record<string, ExporterConfig>>;
  readonly tenantKeys: readonly TenantKey[];
  /** Lower-case request header that names the tenant. Set it only where something in front of the receiver sets the header. */
  readonly tenantHeader?: string;
  /** By tenant; `*`: each tenant with a key that has no limit of its own, and all other senders together. */
  readonly tenantLimits: Readonly<Record<string, TenantLimit>>;
  /** Trust in senders of tenants that {@link trustByTenant} does not name. */
  readonly trust: TrustConfig;
  readonly trustByTenant: Readonly<Record<string, TrustConfig>>;
  readonly workItems: WorkItemsConfig;
  readonly pricing: {
    /** Price book files, lowest layer first. */
    readonly books: readonly string[];
    /** Whether the catalog that Costspan ships is the lowest layer. */
    readonly catalog: boolean;
    /** ISO 4217. */
    readonly currency: string;
    /** What `GET /v1/price-book` tells: everything, only what is public, or nothing. */
    readonly serve: 'full' | 'list' | 'off';
    /** Who is paid for taking spans in; absent: what spans cost as telemetry is not booked. */
    readonly telemetry?: TelemetrySku;
  };
  /** Secret. Keys of handoff tokens, as the SDK has them. */
  readonly handoffKeys: readonly string[];
  /** Absent: the ledger is off. */
  readonly ledger?: LedgerConfig;
  readonly records: {
    readonly exporters: readonly string[];
    /** Destinations of everything this ledger decides, as entry events. */
    readonly entries: readonly string[];
    /** By destination. Those that are not named see everything. */
    readonly redact: Readonly<Record<string, Redaction>>;
    readonly intervalMs: number;
  };
  readonly service: {
    readonly exporters: {
      readonly traces: readonly string[];
      readonly logs: readonly string[];
      readonly metrics: readonly string[];
    };
    /** No new attempt at a required destination is made after this time; the sender is told to come back. */
    readonly acknowledgeWithinMs: number;
    readonly inFlightBytesMax: number;
    readonly memoryLimiter: MemoryLimiterConfig;
    /** Threads that take requests. With more than one, none of them is the main thread. */
    readonly workers: number;
    readonly shutdownTimeoutMs: number;
    /** How often price books and certificates are looked at. 0: never. */
    readonly watchFilesMs: number;
    readonly log: LogConfig;
    readonly metricsOut: MetricsOutConfig;
  };
};
