import { crc32 } from 'node:zlib';

/**
 * One message of the AWS event stream encoding, with text headers:
 *
 *     total length   4 bytes, big-endian
 *     headers length 4
 *     checksum of the eight bytes before
 *     headers        name length 1, name, type 1 (7: text), value length 2, value
 *     payload
 *     checksum of everything before
 */
export const eventFrame = (headers: Readonly<Record<string, string>>, payload: string): Uint8Array => {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => header(name, value)));
  const body = Buffer.from(payload);
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(8 + 4 + head.length + body.length + 4, 0);
  prelude.writeUInt32BE(head.length, 4);
  const message = Buffer.concat([prelude, checksum(prelude), head, body]);
  return Buffer.concat([message, checksum(message)]);
};

const header = (name: string, value: string): Buffer => {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([Buffer.of(name.length), Buffer.from(name), Buffer.of(7), length, Buffer.from(value)]);
};

const checksum = (bytes: Buffer): Buffer => {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum;
};
