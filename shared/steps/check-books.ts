// ledger, stores -> a metric. Once an hour: events in = events that left by a named door, at each stage, over distinct positions. Nothing
// is asked what it remembers; docs/metrics.md says what is compared with what, and what is not.
import type { Told } from '../metrics/told.ts';
import type { Clock, Objects, Stream, Table } from '../ports.ts';
import type { Plan } from '../query/plan.ts';
import type { ScheduleStep } from '../trigger/schedule.ts';
import { aggregateName, type Reads } from './aggregate/name.ts';
import { type BooksCursor, booksCursor, type LedgerCursor } from './books/cursor.ts';
import { type Hour, hourOf, startOf } from './books/hour.ts';
import { behindHour, faultsOfHour, hourOfRaw, sumOfHour } from './books/hour-side.ts';
import { cursorAt, ledgerSince } from './books/ledger-side.ts';
import { type ReadUpTo, rowsOfHour } from './books/side-rows.ts';
import { checkpoints } from './checkpoint.ts';
import { homeIn, homeKey } from './home.ts';
import { type LaneMark, laterMark } from './ledger/lane-marks.ts';
import { type Ledger, ledger } from './ledger/ledger.ts';
import { type Manifest, manifests } from './refine/manifest.ts';
import { statefulQueries } from './roster.ts';
import { shardTree } from './tree.ts';

export type CheckBooksDeps = {
  readonly plan: Plan;
  readonly raw: Stream;
  readonly table: Table;
  readonly objects: Objects;
  readonly clock: Clock;
  readonly run: string;
};

/** Hours that one run catches up at most. */
const MOST_HOURS = 48;
const PART = 0;

const neverWrites = (): string => {
  throw new Error('the check of the books writes no entry and decides nothing');
};

/** What was found: what does not balance, and how far the check came. */
type Found = { readonly cursor: BooksCursor; readonly faults: readonly string[]; readonly waiting: string | null };

export const checkBooks = (deps: CheckBooksDeps): ScheduleStep => {
  const { plan, raw, table, objects, clock, run } = deps;
  const cursors = booksCursor(table, run);
  const validate = `validate/${raw.name}`;
  const marks = checkpoints(table, run, validate);
  const rawTree = shardTree({ table, stream: raw, clock, run });
  const reads: readonly Reads[] = (['enriched', 'refined'] as const).filter((r) => statefulQueries(plan, r).length > 0);
  const books = new Map<string, Ledger>(
    reads.map((r) => [r, ledger({ ...deps, fn: aggregateName(r), nonce: neverWrites })]),
  );
  const decided = new Map(
    reads.map((r) => [r, manifests({ ...deps, fn: aggregateName(r), part: PART, nonce: neverWrites })] as const),
  );

  /** Marks of all lanes at the entries that a manifest counts. */
  const lanesAt = async (book: Ledger, m: Manifest): Promise<ReadonlyMap<string, LaneMark>> => {
    const lanes = new Map<string, LaneMark>();
    for (const [shard, n] of Object.entries(m.cur)) {
      const [entry] = await book.after(shard, n - 1, 1);
      const counted = entry ?? (await book.newest(shard)); // expired: its floor has the same marks
      for (const [lane, mark] of counted?.lanes ?? []) lanes.set(lane, laterMark(lanes.get(lane) ?? mark, mark));
    }
    return lanes;
  };

  const hoursSince = async (before: BooksCursor, m: Manifest | undefined, now: number): Promise<Found> => {
    const faults: string[] = [];
    const book = books.get('enriched');
    const lanes = book && m && m.v > 0 ? await lanesAt(book, m) : null;
    const shards = await rawTree.refresh();
    let cursor = before;
    let waiting: string | null = null;
    for (let hour: Hour = before.hour + 1; hour < hourOf(now) && hour <= before.hour + MOST_HOURS; hour++) {
      const name = new Date(startOf(hour)).toISOString().slice(0, 13);
      const counted = await hourOfRaw({ table, run, fn: validate, marks }, shards, hour);
      if (counted.kind === 'waiting') {
        waiting = `${name}: validate has not read shard ${counted.shard} to the end of the hour`;
        break;
      }
      const late = lanes === null ? [] : behindHour(counted.shards, lanes);
      if (late.length > 0) {
        waiting = `${name}: the ledger has not come to the end of the hour of shard ${late[0]}`;
        break;
      }
      const kept = async (stage: string) =>
        rowsOfHour(objects, { run, stage, hour, now }, cursor.readUpTo[stage] ?? {});
      const [refused, refusedLater] = [await kept('validate'), await kept('enrich')];
      const isWhole = lanes !== null && hour >= (before.ledgers.enriched?.since ?? Number.POSITIVE_INFINITY);
      const arrived = isWhole ? (cursor.arrived[hour] ?? 0) : null;
      faults.push(...faultsOfHour(name, sumOfHour(counted.shards), refused, refusedLater, arrived));
      const readUpTo: Record<string, ReadUpTo> = { validate: refused.readUpTo, enrich: refusedLater.readUpTo };
      const open = Object.entries(cursor.arrived).filter(([h]) => Number(h) > hour);
      cursor = { ...cursor, hour, readUpTo, arrived: Object.fromEntries(open) };
    }
    return { cursor, faults, waiting };
  };

  const toldOf = (faults: readonly string[], fields: object): Told => ({
    measures: { BooksOutOfBalance: faults.length },
    fields: { ...fields, ...(faults.length > 0 && { faults }) },
  });

  return async () => {
    const now = clock.now();
    const whole = hourOf(now) + 1;
    const before = await cursors.read();
    const found = new Map<Reads, Manifest>();
    for (const [r, store] of decided) found.set(r, await store.read());
    if (before.v === 0) {
      // What came before is nobody's to say: the first hour that is whole is the next one.
      const ledgers = Object.fromEntries([...found].map(([r, m]) => [r, cursorAt(m, whole, now)]));
      await cursors.move({ ...before, hour: hourOf(now), ledgers });
      return toldOf([], { from: new Date(startOf(whole)).toISOString() });
    }
    const home = await table.get(homeKey(run));
    const fences = home === undefined ? [] : homeIn(home).fences;
    const faults: string[] = [];
    const ledgers: Record<string, LedgerCursor> = { ...before.ledgers };
    const arrived: Record<string, number> = { ...before.arrived };
    for (const [r, m] of found) {
      const fn = aggregateName(r);
      const from = before.ledgers[r];
      if (from !== undefined) {
        const news = await ledgerSince({ book: books.get(r) as Ledger, objects, run, fn, now, fences }, from, m);
        faults.push(...news.faults);
        if (r === 'enriched')
          for (const [hour, n] of Object.entries(news.arrived)) arrived[hour] = (arrived[hour] ?? 0) + n;
      }
      ledgers[r] = cursorAt(m, from?.since ?? whole, now);
    }
    const hours = await hoursSince({ ...before, ledgers, arrived }, found.get('enriched'), now);
    faults.push(...hours.faults);
    const moved = await cursors.move(hours.cursor);
    if (!moved) return toldOf([], { waiting: 'another check was faster' });
    return toldOf(faults, {
      hours: hours.cursor.hour - before.hour,
      ...(hours.waiting !== null && { waiting: hours.waiting }),
    });
  };
};
