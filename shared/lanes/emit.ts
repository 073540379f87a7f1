// Ordered emission (protocol, section 5.1): the next record of a key group goes only after the previous was acknowledged.
import { sealAll } from '../event/kpl-sum.ts';
import { Fault } from '../faults.ts';
import type { OutRecord, Stream } from '../ports.ts';
import { layOutGroup } from './block.ts';
import type { Inner } from './inner.ts';
import { pointOf } from './ring.ts';

/** Limits of PutRecords: 500 records, 5 MiB with the partition keys. */
const MAX_RECORDS = 500;
const MAX_BYTES = 5 * 1_048_576 - 65_536;

/** How often a put is tried again before the batch is given back, and how long to wait before the n-th try. */
export type Patience = { readonly tries: number; wait(attempt: number): Promise<void> };

/** Doubling from 50 ms to 2 s, with full jitter. */
export const backOff: Patience = {
  tries: 8,
  wait: (attempt) => new Promise((done) => setTimeout(done, Math.random() * Math.min(2_000, 50 * 2 ** attempt))),
};

type Chain = { readonly group: number; readonly records: readonly OutRecord[]; next: number };

const turn = (chains: readonly Chain[]): Chain[] => {
  const picked: Chain[] = [];
  let bytes = 0;
  for (const c of chains) {
    const size = (c.records[c.next] as OutRecord).data.length + 64;
    if (picked.length === MAX_RECORDS || (picked.length > 0 && bytes + size > MAX_BYTES)) break;
    picked.push(c);
    bytes += size;
  }
  return picked;
};

const putTurn = async (stream: Stream, picked: readonly Chain[]): Promise<number> => {
  const outcomes = await stream.put(picked.map((c) => c.records[c.next] as OutRecord));
  let acknowledged = 0;
  outcomes.forEach((o, i) => {
    if (!o.ok) return;
    (picked[i] as Chain).next++;
    acknowledged++;
  });
  return acknowledged;
};

/**
 * Sends the items of each key group in order; returns when all are acknowledged, with nothing in flight.
 * A record whose fate is unknown is sent again before the next of its group: a copy only rewinds its lanes.
 * @throws Fault stream.throttled or stream.unavailable when patience ran out; what was sent stays sent
 */
export const emit = async (
  stream: Stream,
  groups: ReadonlyMap<number, readonly Inner[]>,
  ring: number,
  patience: Patience = backOff,
): Promise<void> => {
  let chains: Chain[] = [];
  for (const [group, items] of groups) {
    const hashKey = pointOf(group, ring);
    const records = layOutGroup(items, hashKey).map((data) => ({ partitionKey: String(group), hashKey, data }));
    if (records.length > 0) chains.push({ group, records, next: 0 });
  }
  sealAll(chains.flatMap((c) => c.records.map((r) => r.data)));
  for (let failures = 0; chains.length > 0; ) {
    let fault: unknown;
    const picked = turn(chains);
    const acknowledged = await putTurn(stream, picked).catch((error: unknown) => {
      fault = error;
      return 0;
    });
    // Those whose turn it was go to the back, so that a throttled shard does not hold up the others.
    chains = [...chains.filter((c) => !picked.includes(c)), ...picked.filter((c) => c.next < c.records.length)];
    if (acknowledged > 0) {
      failures = 0;
      continue;
    }
    failures++;
    if (failures >= patience.tries)
      throw fault ?? new Fault('stream.throttled', `${stream.name}: no record taken in ${failures} tries`);
    await patience.wait(failures);
  }
};
