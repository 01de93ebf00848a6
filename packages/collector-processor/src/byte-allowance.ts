/** A bounded sum of bytes that several holders share. */
export type ByteAllowance = {
  /** Takes the bytes and returns true, or leaves the sum as it is and returns false. */
  readonly take: (bytes: number) => boolean;
  readonly giveBack: (bytes: number) => void;
  readonly takenBytes: () => number;
};

/** Creates an allowance of `bytesMax` bytes. */
export function createByteAllowance(bytesMax: number): ByteAllowance {
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
  };
}
