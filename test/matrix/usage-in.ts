import type * as Testkit from '@costspan/testkit';

type OtlpAttribute = {
  readonly key: string;
  readonly value: { readonly intValue?: number | string; readonly stringValue?: string };
};
type OtlpTraces = {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly { readonly attributes: readonly OtlpAttribute[] }[] }[];
  }[];
};

/** The usage that some OTLP/JSON requests tell, by unit. */
export const usageIn = (
  requests: readonly { readonly body: Buffer }[],
  { usageInAttributes }: typeof Testkit,
): Readonly<Record<string, number>> => {
  const sum: Record<string, number> = {};
  const spans = requests
    .flatMap(({ body }) => (JSON.parse(body.toString('utf8')) as OtlpTraces).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  for (const { attributes } of spans) {
    const told = attributes.map(({ key, value }) => [key, value.intValue ?? value.stringValue]);
    for (const [unit, count] of Object.entries(usageInAttributes(Object.fromEntries(told)))) {
      sum[unit] = (sum[unit] ?? 0) + Number(count);
    }
  }
  return sum;
};
