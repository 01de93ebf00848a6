/** Bounds of a file of dimensions, each with its reason. */

/** Bytes of the file. It is read whole at the start and at each reload. */
export const dimensionFileBytesMax: number = 4 * 1024 * 1024;

/** Rows of the file: more than a company has services and agents. */
export const dimensionRowsMax = 10_000;

/** Different sets of keys that rows match by. Each is one look-up for each span that bears cost. */
export const dimensionKeySetsMax = 16;
