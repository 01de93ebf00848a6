/** Bytes of UTF-8 of the id, type or tenant of a work item. The processor refuses longer ids, and ids are keys of its ledger. */
export const identityBytesMax = 256;

/** Dimensions of one work item: each is an attribute on every span of the item. */
export const dimensionsMax = 16;

/** Bytes of UTF-8 of the key of a dimension, which becomes part of an attribute name. */
export const dimensionKeyBytesMax = 64;

/** Bytes of UTF-8 of the value of a dimension. */
export const dimensionValueBytesMax = 256;

/** Characters of a work item in a carrier: servers commonly refuse header lines above 8 KiB. */
export const carrierCharactersMax = 8_000;

/** Characters of a work item in baggage: propagators drop entries above 4,096 bytes, and encoding makes a text longer. */
export const baggageCharactersMax = 2_000;

/** Units whose attribute names are kept: all that are known are a few dozen, custom ones follow. */
export const unitsRememberedMax = 1_000;

/** Addresses of model calls that are read once and kept: a process calls a few, each about 500 bytes. */
export const addressesRememberedMax = 1_000;

/** Units of usage on one span: beyond the default limit of 128 attributes OpenTelemetry drops them silently. */
export const usageUnitsMax = 64;

/** Bytes of one JSON value kept from a body, such as a usage object; a longer one counts as absent. */
export const capturedBytesMax: number = 64 * 1024;

/** Elements of a list that are read, such as the output items of a response; the rest is skipped. */
export const listItemsMax = 1_000;

/** Bytes of a key of a JSON object that is compared with the wanted keys; a longer one is none of them. */
export const jsonKeyBytesMax = 256;

/** Bytes of a request body that is read for its model and options; of a longer one only the answer is read. */
export const requestBodyBytesMax: number = 64 * 1024 * 1024;

/** Characters of a request body that is parsed as a whole, which is faster: of a longer one only the wanted fields are read. */
export const parsedBodyCharactersMax = 512;

/** Bytes of a streamed event that is parsed as a whole: of a longer one only the wanted fields are read. */
export const parsedEventBytesMax = 4_096;

/** Bytes of a streamed event that is held back until it is complete; beyond that the stream passes through as it comes. */
export const heldEventBytesMax: number = 1024 * 1024;

/** Bytes of one message of a binary event stream; the encoding itself allows 16 MB, and a longer one is not of it. */
export const framePayloadBytesMax: number = 24 * 1024 * 1024;

/** How long a body is not watched for being forgotten, in milliseconds: nearly every one that is no stream is read by then. */
export const youngBodyMs = 250;

/** Bodies that are not watched yet; beyond that all are, so that a process that never gets to its timers forgets none. */
export const youngBodiesMax = 1_000;

/** Responses made in the background whose work item is remembered until they are read; of others the reader's item pays. */
export const backgroundOriginsMax = 10_000;

/** Results of batches and of the background that are remembered as reported; an older one read again is one span to the ledger. */
export const lateResultsMax = 100_000;

/** Results of one batch that are reported before their spans are sent: half of what waits for export at most. */
export const lateResultsPerFlushMax = 2_048;

/** Failed calls that wait for a retry of the client; beyond that the oldest is reported as failed. */
export const pendingCallsMax = 1_024;

/** Calls under way that a shutdown still reports; a process with more at a time loses those beyond if it ends with them. */
export const openCallsMax = 10_000;

/** Embedding spans of other instrumentations that are open at a time and may be written on; beyond that the oldest is forgotten. */
export const openEmbeddingSpansMax = 1_000;

/** Characters of the code of an error that are sent; codes are short, and what is longer is likely a message. */
export const errorTypeCharactersMax = 64;

/** Model call spans of other instrumentations that are open at a time and watched; beyond that the oldest is forgotten. */
export const openForeignSpansMax = 1_000;

/** Other instrumentations whose model calls are counted for `doctor`: a process has a few. */
export const foreignScopesMax = 50;

/** Spans that `doctor` starts to see what a sampler does: one that drops a tenth lets all of them pass once in 800 times. */
export const trialSpans = 64;

/** How long a failed call waits for a retry that names no delay: the clients wait 8 s at most, and need a moment to start. */
export const retryWaitMs = 10_000;

/** Longest wait for a retry whose delay the provider named; the clients ignore delays above 60 s. */
export const retryWaitMsMax = 65_000;

/** Characters of a token of a handoff or an approval: it travels in links, forms and headers. */
export const tokenCharactersMax = 8_000;

/** How long a handoff token is valid unless `handoffTtlMs` says otherwise: 30 days, as long as the ledger keeps entries. */
export const handoffTtlMsDefault: number = 30 * 24 * 60 * 60 * 1000;

/** Touch time of one handoff: 31 days. More is a mistake in the unit. */
export const touchMsMax: number = 31 * 24 * 60 * 60 * 1000;

/** Characters of a key that signs handoffs or hides identifiers: shorter ones can be guessed. */
export const keyCharactersMin = 16;

/** Handoffs completed by this process that are remembered, so that a repetition is told apart without asking anyone. */
export const completedHandoffsMax = 10_000;

/** Finished spans that wait for export. Beyond that they are dropped, counted and reported through `diag`. */
export const spanQueueMax = 8_192;

/** Spans in one export request: about 1 MB of OTLP JSON, well under the receivers' limits. */
export const exportBatchMax = 512;

/** Pause between two lines on standard error that say that exports fail, in milliseconds: noticed, and no flood. */
export const exportFailureIntervalMs = 60_000;

/** Characters of the reason of a failed export that are shown. */
export const errorCharactersMax = 200;

/** Longest time a finished span waits for its batch, in milliseconds. */
export const exportDelayMs = 1_000;

/** Kinds of misuse reported per process as a warning; each is reported once, all go to `diag`. */
export const warningsMax = 100;

/** Longest working time of a budget, and longest wait for an approval: 31 days. More is a mistake in the unit. */
export const workingTimeMsMax: number = 31 * 24 * 60 * 60 * 1000;

/** How long an approval waits unless the budget says otherwise: a day, so that one working day lies in it. */
export const approvalTimeoutMsDefault: number = 24 * 60 * 60 * 1000;

/** Accounts of budgets kept in one process, about 300 bytes each. Beyond that the oldest idle one is forgotten. */
export const budgetAccountsMax = 100_000;

/** Charges without a reservation that are remembered, so that a repetition is told apart. */
export const chargesRememberedMax = 10_000;

/** Input tokens a provider may add to a request: Anthropic documents up to 804 for tools, others fewer. */
export const hiddenInputTokensMax = 1_024;

/** Causes of an error that are looked through: clients wrap once or twice, and causes may form a circle. */
export const errorCausesMax = 8;

/** How often the price book of the processor is asked for anew, in milliseconds. Unchanged, it answers with 304. */
export const bookRefreshMs: number = 5 * 60 * 1000;

/** Longest wait for the price book of the processor, in milliseconds; until then the bundled one is used. */
export const bookTimeoutMs = 10_000;

/** Bytes of the price book of a processor: the default books take about 2 MB as JSON. */
export const bookBytesMax: number = 64 * 1024 * 1024;

/** How often a wait for an approval asks a shared store, in milliseconds. Decisions of the same process are heard at once. */
export const approvalPollMs = 1_000;

/** Decisions of this process that are remembered, so that a repetition is told apart. */
export const approvalsRememberedMax = 10_000;

/** Events of a stream beyond the tokens set aside before it is stopped: those that begin and end it carry no token. */
export const overrunEventsSlack = 64;

/** Messages that wait for a shared store that is down, about 500 bytes each. */
export const outboxMax = 10_000;

/** How often a shared store that is down is tried again, in milliseconds. */
export const outboxRetryMs = 500;

/** How long the cost of an item is waited for: one read of an indexed row, and the way there and back. */
export const costTimeoutMs = 10_000;

/** Characters of the answer about one item: a record with every category, unit and dimension takes a few thousand. */
export const costBytesMax: number = 1024 * 1024;

/** Models whose units and limits are kept for a minute; beyond that all are read anew. A process calls a few dozen. */
export const boundPlansMax = 1_000;
