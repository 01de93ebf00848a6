type OtlpAttribute = {
  readonly key: string;
  readonly value: { readonly intValue?: number | string; readonly stringValue?: string };
};
type OtlpTraces = {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly { readonly attributes: readonly OtlpAttribute[] }[] }[];
  }[];
};

const PREFIX = 'costspan.usage.';

/** The usage that some OTLP/JSON requests tell, by unit. */
export const usageIn = (requests: readonly { readonly body: Buffer }[]): Readonly<Record<string, number>> => {
  const sum: Record<string, number> = {};
  const attributes = requests
    .flatMap(({ body }) => (JSON.parse(body.toString('utf8')) as OtlpTraces).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.flatMap((span) => span.attributes)));
  for (const { key, value } of attributes) {
    if (!key.startsWith(PREFIX)) continue;
    const unit = key.slice(PREFIX.length);
    sum[unit] = (sum[unit] ?? 0) + Number(value.intValue ?? value.stringValue);
  }
  return sum;
};
