// Hands rows to a destination until each is stored, refused by itself, or time runs short. Nothing is in flight on return.
import { asFault, FAULTS, Fault, type RejectRule } from '../../faults.ts';
import { backOff, type Patience } from '../../lanes/emit.ts';
import type { Budget } from '../../trigger/batch.ts';
import type { Destination, RowOutcome, SinkRow } from './destination.ts';

/** The share of the time limit that is left for the last calls. */
const RESERVE = 0.2;

export type Refused<R extends { readonly row: SinkRow }> = {
  readonly of: R;
  readonly rule: RejectRule;
  readonly cause: string;
};

export type Delivered<R extends { readonly row: SinkRow }> = {
  readonly undone: readonly R[];
  readonly refused: readonly Refused<R>[];
  /** Why rows are undone; absent when only time ran short. */
  readonly fault?: Fault;
};

const bytesOf = ({ row }: SinkRow): number => (row === null ? 0 : Buffer.byteLength(row));

/** As many of the first rows as one call takes, of each key one. */
const nextChunk = <R extends { readonly row: SinkRow }>(
  rows: readonly R[],
  from: number,
  { rows: most, bytes: room }: Destination['most'],
): readonly R[] => {
  if (most === 1) return rows.slice(from, from + 1);
  const keys = new Set<string>();
  const chunk: R[] = [];
  let bytes = 0;
  for (let i = from; i < rows.length && chunk.length < most; i++) {
    const r = rows[i] as R;
    const name = `${r.row.table} ${r.row.key}`;
    bytes += bytesOf(r.row);
    if (keys.has(name) || (chunk.length > 0 && bytes > room)) break;
    keys.add(name);
    chunk.push(r);
  }
  return chunk;
};

const isRefusal = (fault: Fault): boolean => FAULTS[fault.code] === 'reject';

/** A call that failed as a whole counts for each of its rows. */
const allOf = (rows: readonly unknown[], outcome: RowOutcome): readonly RowOutcome[] => rows.map(() => outcome);

/**
 * Chunks go in the order of the rows. With `atOnce` 1 the next goes only when all before it are done, so that the rows of a key arrive in their
 * order; with more, rows must be one for each key.
 * @param patience how often a call in a row may fail, and the pause before the next
 */
export const deliver = async <R extends { readonly row: SinkRow }>(
  destination: Destination,
  rows: readonly R[],
  budget: Budget,
  patience: Patience = backOff,
): Promise<Delivered<R>> => {
  const reserve = budget.remainingMs() * RESERVE;
  const undone: R[] = [];
  const refused: Refused<R>[] = [];
  let fault: Fault | undefined;
  let next = 0;
  const timeIsShort = (): boolean => budget.remainingMs() < reserve;

  const call = async (chunk: readonly R[]): Promise<readonly RowOutcome[]> => {
    try {
      return await destination.write(chunk.map((r) => r.row));
    } catch (error) {
      const thrown = asFault('destination.unavailable', error);
      if (!isRefusal(thrown)) throw thrown;
      if (chunk.length === 1)
        return allOf(chunk, { kind: 'reject', rule: thrown.code as RejectRule, cause: thrown.message });
      const middle = chunk.length >> 1;
      return [...(await call(chunk.slice(0, middle))), ...(await call(chunk.slice(middle)))];
    }
  };

  /** Sends a chunk again until all its rows are done. A row that is taken later than its neighbours is another key's. */
  const finish = async (chunk: readonly R[]): Promise<void> => {
    let left = chunk;
    for (let failures = 0; left.length > 0; ) {
      if (timeIsShort()) break;
      let cause: Fault;
      try {
        const outcomes = await call(left);
        const again: R[] = [];
        let why = '';
        left.forEach((of, i) => {
          const outcome = outcomes[i] ?? { kind: 'retry', cause: 'no answer for it' };
          if (outcome.kind === 'reject') refused.push({ of, rule: outcome.rule, cause: outcome.cause });
          else if (outcome.kind === 'retry') {
            again.push(of);
            why = outcome.cause;
          }
        });
        if (again.length < left.length) failures = 0;
        left = again;
        if (left.length === 0) return;
        cause = new Fault('destination.throttled', `${destination.name}: ${why}`);
      } catch (error) {
        cause = asFault('destination.unavailable', error);
      }
      if (++failures >= patience.tries) {
        fault ??= cause;
        break;
      }
      await patience.wait(failures);
    }
    undone.push(...left);
  };

  const worker = async (): Promise<void> => {
    while (next < rows.length && fault === undefined && !timeIsShort()) {
      const chunk = nextChunk(rows, next, destination.most);
      next += chunk.length;
      await finish(chunk);
      if (undone.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(destination.atOnce, rows.length) }, worker));
  return { undone: [...undone, ...rows.slice(next)], refused, ...(fault && { fault }) };
};
