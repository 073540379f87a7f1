// refined -> results. Writes each row by its key under the condition that it is newer than what stands there: a row may be delivered
// again, later or by two functions at once, and the newest revision stands in the end.
import { rejectedEvent, toNdjson } from '../event/reject.ts';
import { asFault, type Fault, type RejectRule } from '../faults.ts';
import { unpackInner } from '../lanes/block.ts';
import { position, shardOfLane } from '../lanes/position.ts';
import type { Objects, Table } from '../ports.ts';
import type { TablePlan } from '../query/plan.ts';
import type { Batch, BatchStep, Budget, Progress } from '../trigger/batch.ts';
import { keepAside, sideDoorKey } from './side-door.ts';
import { type KeyWrite, NewestRows } from './write-table/newest.ts';
import { readRow } from './write-table/rows.ts';

export const STAGE = 'write-table';

export type WriteTableDeps = {
  readonly tables: readonly TablePlan[];
  readonly results: Table;
  /** Keeps what can be no item: a row above 400 KB, a record that no function of ours wrote. */
  readonly rejected: Objects;
  readonly run: string;
};

const AT_ONCE = 32;
/** The share of the time limit that is left for the last writes. */
const RESERVE = 0.2;

/** Writes until all are done, one fails or time runs short; nothing is in flight on return. */
const writeAll = async (
  results: Table,
  writes: readonly KeyWrite[],
  budget: Budget,
): Promise<{ readonly undone: readonly KeyWrite[]; readonly fault?: Fault }> => {
  const reserve = budget.remainingMs() * RESERVE;
  const undone: KeyWrite[] = [];
  let fault: Fault | undefined;
  let next = 0;
  const worker = async () => {
    for (let write = writes[next]; write !== undefined; write = writes[next]) {
      if (fault !== undefined || budget.remainingMs() < reserve) return;
      next++;
      try {
        await results.put(write.item, { kind: 'below', field: 'ver', value: write.item.ver });
      } catch (error) {
        fault = asFault('table.unavailable', error);
        undone.push(write);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, writes.length) }, worker));
  return { undone: [...undone, ...writes.slice(next)], ...(fault && { fault }) };
};

type Read = { readonly rows: NewestRows; readonly aside: readonly string[] };

export const writeTable = (deps: WriteTableDeps): BatchStep => {
  const tables = new Map(deps.tables.filter((t) => t.connector === 'dynamodb').map((t) => [t.name, t]));

  const read = ({ shard, records }: Batch): Read => {
    const rows = new NewestRows();
    const aside: string[] = [];
    const keep = (
      rule: RejectRule,
      cause: string,
      at: { shard: string; position: string; arrival: number; payload: Uint8Array },
    ) => aside.push(toNdjson(rejectedEvent({ door: 'rejected', stage: STAGE, rule, cause, ...at })));
    records.forEach((record, i) => {
      const unpacked = unpackInner(record.data);
      if (!unpacked.ok) {
        const cause = `not written by a function of this pipeline: ${unpacked.cause}`;
        keep('aggregate.corrupt', cause, {
          shard,
          position: position(record.seq, 0),
          arrival: record.arrival,
          payload: record.data,
        });
        return;
      }
      for (const e of unpacked.items) {
        if (e.kind !== 'event') continue;
        const found = readRow(e, tables);
        if (found.kind === 'item') rows.add(found.item, i);
        else if (found.kind === 'reject') {
          const at = {
            shard: shardOfLane(e.lane),
            position: position(e.seq, e.index, e.child),
            arrival: e.arrival,
            payload: e.bytes,
          };
          keep(found.rule, found.cause, at);
        }
      }
    });
    return { rows, aside };
  };

  return async (batch, budget): Promise<Progress> => {
    const [first, last] = [batch.records[0], batch.records.at(-1)];
    if (first === undefined || last === undefined) return { done: 0 };
    const { rows, aside } = read(batch);
    const name = `${batch.shard}/${first.seq}-${last.seq}`;
    await keepAside(deps.rejected, sideDoorKey('rejected', deps.run, STAGE, first.arrival, name), aside);
    const { undone, fault } = await writeAll(deps.results, rows.writes(), budget);
    const done = undone.reduce((least, write) => Math.min(least, write.record), batch.records.length);
    return { done, ...(fault && { fault }) };
  };
};
