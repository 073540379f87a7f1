// memory-level 3, below dynalite, keeps the keys and values that it is given, so that a key of 50 bytes may hold a slab of 64 KiB for as
// long as its item stands. This has it keep copies of their own.
import { createRequire } from 'node:module';
import { ownBytes } from './own-bytes.ts';

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
