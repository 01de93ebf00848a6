import type { Cors } from '../../config/config.ts';

/** Headers that let a browser page of an allowed origin read answers, and nothing for any other origin. */
export type CorsHeaders = (origin: string | undefined, preflight: boolean) => Readonly<Record<string, string>>;

const usualHeaders = [
  'accept',
  'accept-language',
  'content-type',
  'content-language',
  'content-encoding',
  'authorization',
  'x-api-key',
];

/** Decides per origin. An allowed origin may hold one `*` that stands for any text. */
export function createCorsHeaders({ allowedOrigins, allowedHeaders, maxAgeSeconds }: Cors): CorsHeaders {
  const allowed = allowedOrigins.map((origin) => {
    const [before = '', after] = origin.split('*', 2);
    return { before, after };
  });
  return (origin, preflight) => {
    const matches =
      origin !== undefined &&
      allowed.some(({ before, after }) =>
        after === undefined
          ? origin === before
          : origin.startsWith(before) && origin.endsWith(after) && origin.length >= before.length + after.length,
      );
    if (!matches) return { vary: 'origin' };
    return {
      vary: 'origin',
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'retry-after',
      ...(preflight && {
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': [...usualHeaders, ...allowedHeaders].join(', '),
        'access-control-max-age': String(maxAgeSeconds),
      }),
    };
  };
}
