// The port Objects in memory.
import type { Objects } from '../ports.ts';
import { SortedMap } from './sorted-map.ts';

export type MemoryObjects = Objects & {
  /** Every key, in order. */
  keys(): readonly string[];
  /** Calls that wrote, refused ones too: each is a request that S3 charges. */
  puts(): number;
};

export const memoryObjects = (name = 'bucket'): MemoryObjects => {
  const objects = new SortedMap<Uint8Array>();
  let puts = 0;
  return {
    name,
    async put(key, bytes) {
      puts += 1;
      objects.set(key, bytes.slice());
    },
    async putIfAbsent(key, bytes) {
      puts += 1;
      if (objects.get(key) !== undefined) return false;
      objects.set(key, bytes.slice());
      return true;
    },
    get: async (key) => objects.get(key)?.slice(),
    async getRange(key, start, end) {
      if (end <= start) return new Uint8Array();
      return objects.get(key)?.slice(start, end);
    },
    async list(prefix, { after, limit } = {}) {
      return objects
        .range(prefix, after)
        .slice(0, limit)
        .map((key) => ({ key, size: objects.get(key)!.byteLength }));
    },
    async delete(keys) {
      for (const key of keys) objects.delete(key);
    },
    keys: () => objects.range(),
    puts: () => puts,
  };
};
