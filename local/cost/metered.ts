// The ports in memory, counting what AWS would bill each function for.
import { itemBytes, writeUnits } from '../../shared/item-size.ts';
import type { Item, Objects, Stream, Table, Wake } from '../../shared/ports.ts';
import { type ByFunction, NO_UNITS, plus, type Units } from './units.ts';

const PUT_UNIT = 25 * 1_024;
const KB = 1_024;
const READ_UNIT = 4_096;

export class Counter {
  #units: Record<string, Units> = {};
  add(fn: string, more: Partial<Units>): void {
    this.#units[fn] = plus(this.#units[fn] ?? NO_UNITS, { ...NO_UNITS, ...more });
  }
  /** Runs a step and counts its processor time. */
  async timed<T>(fn: string, run: () => Promise<T>): Promise<T> {
    const before = process.cpuUsage();
    const answer = await run();
    const { user, system } = process.cpuUsage(before);
    this.add(fn, { cpuMicros: user + system });
    return answer;
  }
  now(): ByFunction {
    return { ...this.#units };
  }
}

/** Strongly consistent, as every read of ours: one unit for each 4 KB, at least one a call. */
const readUnits = (items: readonly Item[]): number =>
  Math.max(1, Math.ceil(items.reduce((sum, i) => sum + itemBytes(i), 0) / READ_UNIT));

export const meteredTable = (table: Table, fn: string, counter: Counter): Table => {
  const read = (items: readonly Item[]): void => counter.add(fn, { tableCalls: 1, readUnits: readUnits(items) });
  const size = async (key: { readonly pk: string; readonly sk: string }): Promise<number> => {
    const item = await table.get({ pk: key.pk, sk: key.sk });
    return item === undefined ? 0 : itemBytes(item);
  };
  /** A write costs the larger of what stood there and what stands there now, when its condition fails too. */
  const write = async <T>(key: { readonly pk: string; readonly sk: string }, run: () => Promise<T>): Promise<T> => {
    const before = await size(key);
    const answer = await run();
    const after = await size(key);
    counter.add(fn, {
      tableCalls: 1,
      writeUnits: writeUnits(Math.max(before, after)),
      tableBytes: before === 0 ? after : 0,
    });
    return answer;
  };
  return {
    ...table,
    async get(key) {
      const item = await table.get(key);
      read(item === undefined ? [] : [item]);
      return item;
    },
    async getMany(keys) {
      const items = await table.getMany(keys);
      counter.add(fn, { tableCalls: 1, readUnits: items.reduce((sum, i) => sum + readUnits([i]), 0) });
      return items;
    },
    put: (item, when) => write(item, () => table.put(item, when)),
    update: (key, set, when) => write(key, () => table.update(key, set, when)),
    delete: (key) => write(key, () => table.delete(key)),
    async query(pk, options) {
      const items = await table.query(pk, options);
      read(items);
      return items;
    },
    async putMany(items) {
      for (const item of items) await write(item, () => table.put(item));
    },
  };
};

export const meteredObjects = (objects: Objects, fn: string, counter: Counter): Objects => {
  const put = (bytes: number): void => counter.add(fn, { objectPuts: 1, objectBytes: bytes });
  const get = (): void => counter.add(fn, { objectGets: 1 });
  return {
    ...objects,
    put(key, bytes, options) {
      put(bytes.length);
      return objects.put(key, bytes, options);
    },
    putIfAbsent(key, bytes, options) {
      put(bytes.length);
      return objects.putIfAbsent(key, bytes, options);
    },
    get(key) {
      get();
      return objects.get(key);
    },
    getRange(key, start, end) {
      get();
      return objects.getRange(key, start, end);
    },
    list(prefix, options) {
      counter.add(fn, { objectPuts: 1 }); // LIST is priced as PUT is
      return objects.list(prefix, options);
    },
  };
};

export const meteredStream = (stream: Stream, fn: string, counter: Counter): Stream => ({
  ...stream,
  put(records) {
    const sizes = records.map((r) => r.data.length + Buffer.byteLength(r.partitionKey));
    counter.add(fn, {
      putCalls: 1,
      putUnits: sizes.reduce((sum, n) => sum + Math.max(1, Math.ceil(n / PUT_UNIT)), 0),
      streamBytes: sizes.reduce((sum, n) => sum + Math.max(1, Math.ceil(n / KB)) * KB, 0),
    });
    return stream.put(records);
  },
});

export const meteredWake = (wake: Wake, fn: string, counter: Counter): Wake => ({
  send(body, delay) {
    counter.add(fn, { queueCalls: 1 });
    return wake.send(body, delay);
  },
});
