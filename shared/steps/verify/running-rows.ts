// What stands at the destination of a query without windows when these rows are counted: of each key its spans, parted where no row came for
// longer than a key is remembered, and what each of them shows.
import type { UserFunctions } from '../../query/evaluate.ts';
import type { Expr, RunningQuery } from '../../query/plan.ts';
import { keyOf } from '../../query/values.ts';
import type { EpochMs } from '../../time.ts';
import { keptOf } from './composed-rows.ts';
import { aggregatesOf, evaluating, groupsOf, type Row } from './relation-rows.ts';
import type { InRow, OutRow } from './window-rows.ts';

const names = (e: Expr, slot: number): boolean =>
  e.kind === 'slot' ? e.slot === slot : e.kind === 'call' && e.args.some((arg) => names(arg, slot));

/** A row that one span shows; `row` null where HAVING leaves it out. */
type Shown = { readonly name: string; readonly row: Row | null; readonly start: EpochMs };

const spansOf = (rows: readonly InRow[], gap: number): readonly (readonly InRow[])[] => {
  const out: InRow[][] = [];
  for (const r of [...rows].sort((a, b) => a.time - b.time)) {
    const last = out.at(-1);
    if (last !== undefined && r.time - (last.at(-1)?.time as number) <= gap) last.push(r);
    else out.push([r]);
  }
  return out;
};

/**
 * @param primaryKey positions of the destination's key among its columns
 * @param wholeFrom  what lies before it in event time may not have been read
 */
export const runningRows = (
  q: RunningQuery,
  read: readonly InRow[],
  primaryKey: readonly number[],
  wholeFrom: EpochMs,
  functions?: UserFunctions,
): readonly OutRow[] => {
  const value = evaluating(functions);
  const { fold, ttl, emit } = q;
  const { keep, keys: keyExprs } = fold;
  const reach = emit === 'first' ? 0 : ttl;
  const isLate = (time: EpochMs, clock: EpochMs): boolean => time + reach <= clock - q.delay;
  const inTime = read.filter((r) => !isLate(r.time, r.clock));
  const ranked = primaryKey.length === 0 || primaryKey.some((c) => names(q.select[c] as Expr, keyExprs.length));

  const show = (row: Row): Row | null =>
    q.having === null || value(q.having, row) === true ? q.select.map((s) => value(s, row)) : null;
  const nameOf = (rank: number, row: Row | null): string =>
    ranked ? String(rank) : keyOf(primaryKey.map((c) => row?.[c] ?? null));
  /** What a span shows, under the names of its rows. */
  const shownBy = (keys: Row, span: readonly InRow[]): readonly Shown[] => {
    const start = span[0]?.time as EpochMs;
    if (keep.kind === 'aggregates') {
      const row = [
        ...keys,
        ...aggregatesOf(
          keep.aggregates,
          span.map((r) => r.values),
          value,
        ),
      ];
      return [{ name: '', row: show(row), start }];
    }
    return keptOf(keep, span, value).map(({ slots }, i) => {
      const row = show([...keys, BigInt(i + 1), ...slots]);
      return { name: nameOf(i + 1, row), row, start };
    });
  };

  const out: OutRow[] = [];
  for (const [key, keys, all] of groupsOf(inTime, keyExprs, (r) => r.values, value)) {
    const spans = spansOf(all, ttl);
    const doubtful = all.some((r) => !r.sure || isLate(r.time, r.clockAtMost));
    const put = (id: string, { row, start }: Shown, certain: boolean): void => {
      // A span that may have begun before what was read is not known whole.
      const sure = certain && !doubtful && start - ttl > wholeFrom;
      const values = row ?? q.select.map((s) => (s.kind === 'slot' ? (keys[s.slot] ?? null) : null));
      const kept = row !== null;
      out.push({ id, start, end: start + 1, time: start, key, keys, kept, values, rows: [], sure });
    };
    if (emit === 'first') {
      for (const span of spans) {
        const [first] = shownBy(keys, span);
        if (first?.row) put(`${key}|${first.start}`, first, true);
      }
      continue;
    }
    const shown = spans.map((span) => shownBy(keys, span));
    const newest = shown.at(-1) ?? [];
    const id = (name: string): string => (keep.kind === 'aggregates' ? key : `${key}|${name}`);
    if (q.having !== null && (keep.kind === 'aggregates' || ranked)) {
      for (const s of newest) put(id(s.name), s, true);
      continue;
    }
    const last = new Map<string, Shown>();
    for (const s of shown.flat()) if (s.row !== null) last.set(s.name, s);
    for (const s of last.values()) {
      // Rows of a newer span that are not among its best may have been once: then the older one's row was taken back.
      const newer = spans.filter((span) => (span[0]?.time as EpochMs) > s.start);
      put(id(s.name), s, ranked || keep.kind === 'aggregates' || newer.length === 0);
    }
  }
  return out;
};
