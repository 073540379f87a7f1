// Which shard a partition key falls into, as the KPL predicts it: from the list of open shards, without asking.
import { hash } from 'node:crypto';
import type { Shard, Stream } from '../../ports.ts';

export type Prediction = {
  /** The shard whose range holds the MD5 of the key. */
  shardOf(partitionKey: string): Shard;
};

const hexOf = (decimal: string): string => BigInt(decimal).toString(16).padStart(32, '0');

/** @throws RangeError when no shard is open */
export const predictionOf = (shards: readonly Shard[]): Prediction => {
  const open = shards.filter((s) => !s.closed).map((shard) => ({ shard, from: hexOf(shard.startHash) }));
  open.sort((a, b) => (a.from < b.from ? -1 : 1));
  if (open.length === 0) throw new RangeError('no shard is open');
  return {
    shardOf: (partitionKey) => {
      if (open.length === 1) return (open[0] as (typeof open)[number]).shard;
      const point = hash('md5', partitionKey); // 32 hex digits compare as the numbers do
      let low = 0;
      let high = open.length - 1;
      while (low < high) {
        const mid = (low + high + 1) >> 1;
        if ((open[mid] as (typeof open)[number]).from <= point) low = mid;
        else high = mid - 1;
      }
      return (open[low] as (typeof open)[number]).shard;
    },
  };
};

/** Lists shards at the first use and again after `forget`. */
export const predictor = (stream: Stream): { get(): Promise<Prediction>; forget(): void } => {
  let known: Prediction | undefined;
  return {
    get: async () => {
      known ??= predictionOf(await stream.shards());
      return known;
    },
    forget: () => {
      known = undefined;
    },
  };
};
