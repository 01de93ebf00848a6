/** Bytes of one book file. The whole public catalog as indented JSON has about 5 MB. */
export const BOOK_BYTES_MAX: number = 32 * 1_024 * 1_024;

/** Times a YAML alias may be expanded in one book; more is an attempt to fill the memory. */
export const YAML_ALIASES_MAX = 1_000;
