import type { Random } from './random.ts';

/** Some bytes changed as a broken sender, a bad network or an attacker would: one to four changes of eight kinds. */
export function mutate(bytes: Buffer, random: Random): Buffer {
  let mutated: Buffer = Buffer.from(bytes);
  for (let count = 1 + random(4); count > 0; count -= 1) mutated = mutateOnce(mutated, random);
  return mutated;
}

function mutateOnce(bytes: Buffer, random: Random): Buffer {
  if (bytes.length === 0) return Buffer.from([random(256)]);
  const at = random(bytes.length);
  const span = Math.min(bytes.length - at, 1 + random(16));
  switch (random(8)) {
    case 0:
      return withByte(bytes, at, random(256));
    case 1:
      return withByte(bytes, at, bytes[at]! ^ (1 << random(8)));
    case 2:
      return withByte(bytes, at, [0x00, 0x01, 0x7f, 0x80, 0xff][random(5)]!);
    case 3:
      return bytes.subarray(0, at);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + span)]);
    case 5:
      return Buffer.concat([bytes.subarray(0, at + span), bytes.subarray(at)]);
    case 6:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from(Array.from({ length: span }, () => random(256))),
        bytes.subarray(at),
      ]);
    default:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + span), bytes.subarray(at, at + span)]);
  }
}

function withByte(bytes: Buffer, at: number, byte: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = byte;
  return changed;
}
