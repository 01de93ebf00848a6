import type { Config } from './config/config.ts';

/** Files that a reload reads again: price books, dimensions, and the identities of receivers. */
export function watchedFiles({ pricing, workItems, otlpHttp, otlpGrpc }: Config): readonly string[] {
  const identities = [otlpHttp?.tls, otlpGrpc?.tls].flatMap((tls) =>
    tls === undefined ? [] : [tls.certFile, tls.keyFile, ...(tls.clientCaFile === undefined ? [] : [tls.clientCaFile])],
  );
  return [
    ...new Set([...pricing.books, ...(workItems.dimensionsFrom === undefined ? [] : [workItems.dimensionsFrom]), ...identities]),
  ];
}
