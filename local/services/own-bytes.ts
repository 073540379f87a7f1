// Node cuts small buffers out of slabs of 64 KiB, and a slab lives as long as any of them. memory-level 3 keeps the keys and values
// that it is given, so that a key of 50 bytes may hold 64 KiB for as long as its item stands. This has it keep copies of their own.
import { createRequire } from 'node:module';

type Kept = Uint8Array | string;
type Operation = { readonly key: Kept; readonly value?: Kept };
type MemoryLevel = {
  readonly prototype: {
    _put(key: Kept, value: Kept, options: unknown): Promise<void>;
    _batch(operations: readonly Operation[], options: unknown): Promise<void>;
  };
};

const require = createRequire(import.meta.url);
const { MemoryLevel } = createRequire(require.resolve('dynalite'))('memory-level') as { MemoryLevel: MemoryLevel };

/** The same bytes, in memory that holds nothing else. */
export const ownBytes = <T extends Kept>(bytes: T): T => {
  if (typeof bytes === 'string' || bytes.buffer.byteLength === bytes.byteLength) return bytes;
  const own = Buffer.allocUnsafeSlow(bytes.byteLength);
  own.set(bytes);
  return own as Kept as T;
};

let taught = false;

export const keepOwnBytes = (): void => {
  if (taught) return;
  taught = true;
  const { prototype } = MemoryLevel;
  const { _put: put, _batch: batch } = prototype;
  prototype._put = function (key, value, options) {
    return put.call(this, ownBytes(key), ownBytes(value), options);
  };
  prototype._batch = function (operations, options) {
    const own = operations.map((op) => ({
      ...op,
      key: ownBytes(op.key),
      ...(op.value !== undefined && { value: ownBytes(op.value) }),
    }));
    return batch.call(this, own, options);
  };
};
