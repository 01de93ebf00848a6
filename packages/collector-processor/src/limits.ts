const mebibyte = 1024 * 1024;

/**
 * Every bound of the service around the meter and the ledger, with its reason. Values that a configuration may change
 * are defaults; the others hold always.
 */

/** Default bound of a request after decompression: the size the OTLP specification names. */
export const requestBytesMax: number = 64 * mebibyte;

/** Default sum of request bodies held at once. Over it senders are told to come back: memory stays bounded whatever arrives. */
export const inFlightBytesMax: number = 256 * mebibyte;

/** How often resident memory is looked at: it cannot double in a second at the speeds this service reads. */
export const memoryCheckIntervalMs = 1_000;

/** Smallest request whose memory is used again: below it Node's own pool serves, and the system has few pages to clear. */
export const pooledBytesMin: number = 32 * 1024;

/** Largest request whose memory is used again: larger ones are rare, and keeping room for them would only hold it. */
export const pooledBytesMax: number = 16 * mebibyte;

/** Memory kept for further requests on each thread: about what a busy thread has in hand at once. */
export const pooledIdleBytesMax: number = 32 * mebibyte;

/** Requests worked on at once. Small requests never reach the byte bound, and each still holds a promise chain. */
export const inFlightRequestsMax = 1024;

/** Default number of open connections: well above any Collector fleet, well below the usual 1,048,576 descriptors. */
export const connectionsMax = 4096;

/** Default time for the request line and headers. The Collector's own default. */
export const headerTimeoutMs = 60_000;

/** Default time for a whole request to arrive: the largest body at little more than 1 MiB a second. */
export const requestTimeoutMs = 60_000;

/** Default time a kept-alive connection may stay silent. The Collector's own default. */
export const idleTimeoutMs = 60_000;

/** Default number of calls at once on one gRPC connection: a Collector opens a few connections and sends on all of them. */
export const streamsMax = 256;

/** Default time a gRPC connection may stay without a call: senders keep theirs open between batches. */
export const grpcIdleTimeoutMs = 600_000;

/** Bytes a gRPC client may send ahead on one call: a batch of the usual size arrives without a pause. */
export const grpcStreamWindowBytes: number = mebibyte;

/** Bytes a gRPC client may send ahead on one connection. With the largest number of connections it is still only what they send. */
export const grpcConnectionWindowBytes: number = 4 * mebibyte;

/** PINGs of a gRPC client between two calls. Keeping a connection alive for hours takes fewer; more is an attack. */
export const grpcPingsMax = 10_000;

/** Time a gRPC client has to close its connection once all it asked was answered. */
export const goAwayGraceMs = 500;

/** Time a refused sender has to stop sending before the connection is cut; long enough to read the answer first. */
export const refusedLingerMs = 2_000;

/** Bytes decompressed at a time: large enough to be fast, small enough that a bomb is noticed early. */
export const inflateChunkBytes: number = 256 * 1024;

/** Bytes of compressed output taken at a time: a batch of the usual size leaves in one piece. */
export const packedChunkBytes: number = 64 * 1024;

/** Delay asked of a sender that met a bound of ours: one round of work is over by then. */
export const overloadRetryAfterMs = 1_000;

/** Delay asked of a sender when a destination failed without naming one: the Collector's first back-off. */
export const destinationRetryAfterMs = 5_000;

/** Longest Retry-After taken over from a destination; anything above is a mistake or an attempt to stall us. */
export const retryAfterMsMax = 3_600_000;

/** Bytes read of any answer from a destination: the bound the OTLP specification sets for clients. */
export const responseBytesMax: number = 4 * mebibyte;

/** Characters of a message passed on in an answer or a log line. A foreign error page never fills ours. */
export const messageCharactersMax = 500;

/** Default size of an outgoing request: the receive limit of an unconfigured gRPC server, the smallest in common use. */
export const outgoingRequestBytesMax: number = 4 * mebibyte;

/** Default bytes waiting for a destination that is not required. */
export const queueBytesMax: number = 64 * mebibyte;

/** Requests waiting for a destination that is not required, whatever their size: an empty request takes memory too. */
export const queueRequestsMax = 10_000;

/** Default number of requests under way to one queued destination. */
export const queueConsumers = 4;

/** Connections to one destination. As many as requests that may wait for their acknowledgement in an ordinary load. */
export const destinationConnectionsMax = 64;

/** Milliseconds for which a request keeps its thread before the network and the timers have theirs. Shorter turns would only cost. */
export const turnMs = 1;

/** Records read from the ledger for one request: about 1 MiB of log events. */
export const recordsBatchMax = 500;

/** Network threads of one service. The ledger's one thread, or the machine, is used up long before. */
export const workersMax = 64;

/** Time before a network thread that ended by itself is started again: one that ends at once must not take a core. */
export const threadRestartDelayMs = 1_000;

/** Default time a shutdown may take: the grace period an orchestrator gives. */
export const shutdownTimeoutMs = 30_000;

/** Time an address is given to answer when the service starts and says which destinations do not. */
export const probeTimeoutMs = 2_000;

/** Length of a configuration file. Beyond it, it is another file. */
export const configBytesMax: number = mebibyte;

/** Aliases resolved in a configuration file: stops a file of a few lines from growing to gigabytes. */
export const configAliasesMax = 100;

/** Repetitions of one log message in {@link logWindowMs}; the rest is counted and the count is logged. */
export const logRepeatsMax = 5;

/** Window of {@link logRepeatsMax}. */
export const logWindowMs = 60_000;

/** Bytes of a compressed file that holds one request, once unpacked. Offline there is no other sender to protect. */
export const offlineRequestBytesMax: number = 256 * mebibyte;

/** Instrumentations without a dialect that metrics name; further ones count together. Senders choose these names. */
export const unknownScopesMax = 64;

/** Series of costs that metrics keep apart; further types, outcomes and agents share `(others)`. Senders choose those names. */
export const costSeriesMax = 2_000;

/** Least time between two readings of the ledger for the metrics: scrapers come every 15 seconds or less often. */
export const costReadingIntervalMs = 5_000;

/** Time between readings as a multiple of how long the last one took: at most a twentieth of one core, however large the ledger. */
export const costReadingRestFactor = 19;

/** Time a scrape waits for a reading under way before it gets the one before: half of what Prometheus waits. */
export const costReadingWaitMs = 5_000;

/** Time for the last metrics when the service stops: a destination that is down must not hold up the rest. */
export const lastMetricsMsMax = 2_000;
