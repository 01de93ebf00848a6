/** Length of a Collector's configuration. Beyond it, it is another file. */
export const collectorBytesMax: number = 1024 * 1024;

/** Aliases resolved in it: stops a file of a few lines from growing to gigabytes. */
export const collectorAliasesMax = 100;
