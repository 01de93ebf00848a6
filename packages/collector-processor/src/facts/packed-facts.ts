/**
 * What the spans of one request say about cost, as one block of bytes that crosses to the ledger's thread without a copy.
 * Numbers are least byte first; `text` and `varint` are as in protobuf; a record is as `FactWriter` says.
 *
 *     request   0 where the words start u32 · 4 trace count u32 · traces · word count varint · words text each
 *     trace     length of the rest u32 · record: trace id 16 bytes, tenant word, cost-bearing spans varint, other spans varint ·
 *               cost-bearing spans: length varint and record each · context
 *     context   2 x sayings varint, 1 more where spans are counted as telemetry · sayings: length varint and record each ·
 *               mentions varint · mentions · links, or, where spans are counted, the bytes of each mention u32
 *     mention   0 span id 8 bytes · 8 parent 8 bytes · 16 start fixed64 · 24 end fixed64 · 32 saying u32
 *     link      0 span id 8 bytes · 8 parent 8 bytes
 *
 * A saying is what spans say about their work item; those of a trace mostly say the same. A link is a span that says nothing.
 * Where spans are counted as telemetry each has its times, its size and its price, so there all of them are mentions.
 */
export type PackedFacts = {
  /** Fills its buffer, which may be given to another thread. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Spans in it. */
  readonly spanCount: number;
};
