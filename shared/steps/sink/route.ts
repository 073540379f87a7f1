// Several destinations behind one function: each row goes to its table's. One that is down keeps its own rows only; the others' are written.
import { asFault, FAULTS, type RejectRule } from '../../faults.ts';
import { getOrMake } from '../../get-or-make.ts';
import type { Destination, RowOutcome, SinkRow } from './destination.ts';

/** A call that was refused as a whole is tried in halves; one that failed is each row's to try again. */
const writeTo = async (d: Destination, rows: readonly SinkRow[]): Promise<readonly RowOutcome[]> => {
  try {
    return await d.write(rows);
  } catch (error) {
    const fault = asFault('destination.unavailable', error);
    if (FAULTS[fault.code] !== 'reject') return rows.map(() => ({ kind: 'retry', cause: fault.message }));
    if (rows.length === 1) return [{ kind: 'reject', rule: fault.code as RejectRule, cause: fault.message }];
    const middle = rows.length >> 1;
    return [...(await writeTo(d, rows.slice(0, middle))), ...(await writeTo(d, rows.slice(middle)))];
  }
};

const bytesOf = ({ row }: SinkRow): number => (row === null ? 0 : Buffer.byteLength(row));

/** Rows in chunks that one call of the destination takes; places in the given list. */
const chunks = (
  rows: readonly SinkRow[],
  places: readonly number[],
  most: Destination['most'],
): readonly number[][] => {
  const out: number[][] = [];
  let bytes = 0;
  for (const i of places) {
    const size = bytesOf(rows[i] as SinkRow);
    const last = out.at(-1);
    bytes += size;
    if (last !== undefined && last.length < most.rows && bytes <= most.bytes) last.push(i);
    else {
      out.push([i]);
      bytes = size;
    }
  }
  return out;
};

/** @param byTable the destination of each table; a table without one is refused row by row */
export const routed = (name: string, byTable: ReadonlyMap<string, Destination>): Destination => {
  const all = [...new Set(byTable.values())];
  return {
    name,
    most: {
      rows: Math.max(1, ...all.map((d) => d.most.rows)),
      bytes: Math.max(1, ...all.map((d) => d.most.bytes)),
    },
    atOnce: all.length === 0 ? 1 : Math.min(...all.map((d) => d.atOnce)),
    async write(rows) {
      const outcomes: RowOutcome[] = rows.map((r) => ({
        kind: 'reject',
        rule: 'destination.refused',
        cause: `${name}: no destination for the table ${r.table}`,
      }));
      const places = new Map<Destination, number[]>();
      rows.forEach((r, i) => {
        const d = byTable.get(r.table);
        if (d !== undefined) getOrMake(places, d, () => []).push(i);
      });
      await Promise.all(
        [...places].map(async ([d, mine]) => {
          // One call after the other: the next may hold a later row of a key only when the first was taken, which `deliver` sees to.
          for (const chunk of chunks(rows, mine, d.most)) {
            const answers = await writeTo(
              d,
              chunk.map((i) => rows[i] as SinkRow),
            );
            chunk.forEach((i, at) => {
              outcomes[i] = answers[at] ?? { kind: 'retry', cause: 'no answer for it' };
            });
          }
        }),
      );
      return outcomes;
    },
  };
};
