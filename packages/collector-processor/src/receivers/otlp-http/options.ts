import type { Api } from '../../api/api.ts';
import type { Clock } from '../../clock.ts';
import type { OtlpHttpReceiverConfig } from '../../config/config.ts';
import type { Ingest } from '../../ingest.ts';
import type { Logger } from '../../logger.ts';
import type { SelfMetrics } from '../../self-metrics.ts';
import type { Authenticate } from '../authentication.ts';
import type { RequestMemory } from '../request-memory.ts';
import type { ResponseCodec } from '../response-codec.ts';

/** What a page answers. */
export type PageAnswer = { readonly status: number; readonly contentType: string; readonly body: string };

/** A page served to GET. */
export type Page = () => Promise<PageAnswer>;

/** What a receiver of OTLP over HTTP works with. */
export type OtlpHttpReceiverOptions = RequestMemory & {
  readonly config: OtlpHttpReceiverConfig;
  /** Whether other threads listen on the same port. Default: no. */
  readonly sharedPort?: boolean;
  readonly ingest: Ingest;
  readonly authenticate: Authenticate;
  readonly codec: ResponseCodec;
  /** The HTTP API beside OTLP; absent: there is no ledger to speak to. */
  readonly api?: Api;
  /** Pages by path, such as `/healthz`. */
  readonly pages: Readonly<Record<string, Page>>;
  readonly metrics: SelfMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
};
