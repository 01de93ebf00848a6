import type { Config } from './config/config.ts';

/** Files that a reload reads again: price books, and the identities of receivers. */
export function watchedFiles({ pricing, otlpHttp, otlpGrpc }: Config): readonly string[] {
  const identities = [otlpHttp?.tls, otlpGrpc?.tls].flatMap((tls) =>
    tls === undefined ? [] : [tls.certFile, tls.keyFile, ...(tls.clientCaFile === undefined ? [] : [tls.clientCaFile])],
  );
  return [...new Set([...pricing.books, ...identities])];
}
