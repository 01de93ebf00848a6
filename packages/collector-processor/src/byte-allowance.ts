/** A bounded sum of bytes that several holders share. */
export type ByteAllowance = {
  /** Takes the bytes and returns true, or leaves the sum as it is and returns false. */
  readonly take: (bytes: number) => boolean;
  readonly giveBack: (bytes: number) => void;
  readonly takenBytes: () => number;
  /**
   * False when nothing more is to be begun: all is taken, or the process is over its memory limit while something is under way.
   * With nothing under way one request may always begin, because memory that stays then is not the senders'.
   */
  readonly admits: () => boolean;
};

/** Creates an allowance of `bytesMax` bytes. */
export function createByteAllowance(bytesMax: number, isOverMemory: () => boolean = () => false): ByteAllowance {
  let takenBytes = 0;
  return {
    take: (bytes) => {
      if (takenBytes + bytes > bytesMax) return false;
      takenBytes += bytes;
      return true;
    },
    giveBack: (bytes) => {
      takenBytes -= bytes;
    },
    takenBytes: () => takenBytes,
    admits: () => takenBytes === 0 || (takenBytes < bytesMax && !isOverMemory()),
  };
}
