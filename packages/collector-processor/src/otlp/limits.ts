/** Bounds of the codec, each with its reason. At a bound a request is refused as invalid with its field path, or, where said so, cut. */

/** Levels of messages and groups inside one request. The C++ and Java decoders stop at 100 too, so nothing behind us reads deeper. */
export const messageDepthMax = 100;

/** Bytes of one request, and of its JSON text: four times what receivers accept by default, and far below what 32-bit offsets and one string can hold. */
export const requestBytesMax = 0x1000_0000;

/** Bytes one rewrite may add. An empty span costs two bytes to send and hundreds once it carries attributes: this stops the multiplication. */
export const addedBytesMax = 0x0800_0000;

/** Attributes of one span or resource. SDKs stop at 128 by default; empty attributes cost two bytes each to send and 24 to index. */
export const attributesPerOwnerMax = 16_384;

/** Keys of one key table. Dialects declare a few hundred; key numbers are kept in a 16-bit hash table of 4,096 places. */
export const keysMax = 2_048;

/** Lists of keys that spans are known by. Applications send the same few hundred; each takes about 300 bytes. */
export const shapesMax = 8_192;

/** Keys of such a list. Spans carry a dozen of those that somebody asks for; one with more is looked at key by key. */
export const shapeKeysMax = 64;

/** New attribute keys whose encoded form is kept between spans. Stages write about twenty different ones; more only costs speed. */
export const attributeTemplatesMax = 1_024;

/** Bytes of a text that is remembered between spans. Model and operation names are shorter; prompts are longer and never kept. */
export const rememberedTextBytesMax = 48;

/** Texts remembered between spans, a power of two. Enough for the models, operations and open work items of a busy minute, in 200 KB. */
export const rememberedTextsMax = 4_096;

/** Texts of up to three bytes remembered between spans, a power of two: methods, languages, versions. */
export const shortTextsMax = 256;

/** Spans between two pauses of a rewrite. Those that bear cost take up to 30 microseconds each, so this is half a millisecond at most. */
export const stepSpans = 16;

/** Bytes of working memory kept from one request to the next; a larger request gives its memory back. */
export const idleWorkspaceBytesMax = 4_194_304;

/** Bytes of an error or warning message in a response. The specification allows responses of 4 MiB; senders log a line. */
export const responseMessageBytesMax = 4_096;

/** Bytes of a response a client reads. A specification limit: clients must not read more than 4 MiB. */
export const responseBytesMax = 4_194_304;

/** Field violations of one response. The first is what a sender repairs; the rest only repeats it. */
export const fieldViolationsMax = 16;
