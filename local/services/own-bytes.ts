// Node cuts small buffers out of slabs of 64 KiB, and a slab lives as long as any of them: what is kept must be copied out.

/** The same bytes, in memory that holds nothing else. */
export const ownBytes = <T extends Uint8Array | string>(bytes: T): T => {
  if (typeof bytes === 'string' || bytes.buffer.byteLength === bytes.byteLength) return bytes;
  const own = Buffer.allocUnsafeSlow(bytes.byteLength);
  own.set(bytes);
  return own as Uint8Array | string as T;
};
