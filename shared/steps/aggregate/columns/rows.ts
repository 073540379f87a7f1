// The rows of one batch as columns, and as plain rows for expressions that no loop over a column computes.
import type { CloudEvent, Json } from '../../../event/cloud-event.ts';
import { parseRfc3339 } from '../../../event/instant.ts';
import { valueAt } from '../../../event/path.ts';
import { shownInstantAt } from '../../../event/scan-scalars.ts';
import { type SpanReader, spanReader } from '../../../event/spans.ts';
import type { StampedEvent } from '../../../lanes/inner.ts';
import type { Column, Expr } from '../../../query/plan.ts';
import { valueReader } from '../../../query/read-value.ts';
import { STRING } from '../../../query/type-rules.ts';
import type { Value } from '../../../query/types.ts';
import type { EpochMs } from '../../../time.ts';
import type { SlicedQuery } from '../../operators/window.ts';
import { readWhole } from '../read-event.ts';
import { type BatchColumn, CodedColumn, NumberColumn, TimeColumn, ValueColumn } from './column.ts';
import { Dictionary } from './dictionary.ts';
import { jsonAt } from './json-at.ts';

const TIME = 0;
const TYPE = 1;
/** Attributes that are read of each event, before those that columns name. */
const ALWAYS = ['time', 'type'];

type Field = { readonly column: BatchColumn; readonly from: Column['from']; readonly span: number };

/** Columns of one identity hold the same values. */
export const identityOf = (c: Column): string => JSON.stringify([c.from, c.type]);

const jsonOf = ({ event }: { event: CloudEvent }, from: Column['from']): Json | undefined => {
  if (from.kind === 'event-time') return undefined;
  return from.kind === 'attribute' ? valueAt(event as Json, [from.name]) : valueAt(event.data, from.path);
};

export class Rows {
  length = 0;
  readonly items: StampedEvent[] = [];
  /** Some row is for one query alone. */
  somePicked = false;
  times = new Float64Array(1024);
  /** Of the lane, before the event. */
  clocks = new Float64Array(1024);
  types = new Int32Array(1024);
  readonly typeNames = new Dictionary(valueReader(STRING));
  private readonly columns = new Map<string, BatchColumn>();
  private readonly dictionaries: readonly Dictionary[];
  readonly #fields: readonly Field[];
  private readonly spans: SpanReader;
  readonly #found: Int32Array;

  /**
   * @param all   of all queries
   * @param coded which of them are best coded
   */
  constructor(all: readonly Column[], coded: ReadonlySet<string>, reader: SpanReader, names: readonly string[]) {
    const fields: Field[] = [];
    for (const c of all) {
      const id = identityOf(c);
      if (this.columns.has(id)) continue;
      const { from } = c;
      const nested = from.kind === 'data' && from.path.length > 1;
      const column =
        from.kind === 'event-time'
          ? new TimeColumn(() => this.times)
          : coded.has(id) && !nested
            ? new CodedColumn(c)
            : (c.type.kind === 'DOUBLE' || c.type.kind === 'INT') && !nested
              ? new NumberColumn(c)
              : new ValueColumn(c);
      this.columns.set(id, column);
      if (from.kind === 'event-time') continue;
      const name = from.kind === 'attribute' ? `a ${from.name}` : `d ${from.path[0]}`;
      fields.push({ column, from, span: names.indexOf(name) });
    }
    this.#fields = fields;
    const coding = [...this.columns.values()].filter((c) => c instanceof CodedColumn);
    this.dictionaries = [this.typeNames, ...coding.map((c) => c.dictionary)];
    this.spans = reader;
    this.#found = new Int32Array(2 * reader.width);
  }

  column(c: Column): BatchColumn {
    return this.columns.get(identityOf(c)) as BatchColumn;
  }

  /** For the next batch. */
  clear(): void {
    this.length = 0;
    this.items.length = 0;
    this.somePicked = false;
    for (const d of this.dictionaries) if (d.isFull) d.clear();
  }

  /** @returns the row's number @throws what readWhole throws */
  add(item: StampedEvent, clock: EpochMs): number {
    const row = this.length;
    if (row === this.times.length) this.grow();
    const { bytes } = item;
    const found = this.#found;
    if (!this.spans.read(bytes, found) || !this.take(row, bytes, found)) this.takeWhole(row, item);
    this.items.push(item);
    this.clocks[row] = clock;
    this.length = row + 1;
    this.somePicked ||= item.again?.only !== undefined;
    return row;
  }

  private take(row: number, b: Uint8Array, found: Int32Array): boolean {
    const [at, end] = [found[2 * TIME] as number, found[2 * TIME + 1] as number];
    let time = shownInstantAt(b, at + 1, end - 1);
    if (time === undefined) {
      const json = jsonAt(b, at, end);
      time = typeof json === 'string' ? parseRfc3339(json) : undefined;
      if (time === undefined) return false;
    }
    this.times[row] = time;
    this.types[row] = this.typeNames.codeOf(b, found[2 * TYPE] as number, found[2 * TYPE + 1] as number);
    const fields = this.#fields;
    for (let i = 0; i < fields.length; i++) {
      const { column, from, span } = fields[i] as Field;
      const [start, stop] = [found[2 * span] as number, found[2 * span + 1] as number];
      if (from.kind === 'data' && from.path.length > 1) {
        column.pushJson(row, valueAt(jsonAt(b, start, stop), from.path.slice(1)));
      } else column.push(row, b, start, stop);
    }
    return true;
  }

  private takeWhole(row: number, item: StampedEvent): void {
    const whole = readWhole(item);
    this.times[row] = whole.time;
    this.types[row] = this.typeNames.codeOfJson(whole.event.type);
    for (const { column, from } of this.#fields) column.pushJson(row, jsonOf(whole, from));
  }

  private grow(): void {
    const [times, clocks, types] = [this.times, this.clocks, this.types];
    this.times = new Float64Array(2 * times.length);
    this.times.set(times);
    this.clocks = new Float64Array(2 * clocks.length);
    this.clocks.set(clocks);
    this.types = new Int32Array(2 * types.length);
    this.types.set(types);
  }
}

const slotsOf = (e: Expr): readonly number[] =>
  e.kind === 'slot' ? [e.slot] : e.kind === 'literal' ? [] : e.args.flatMap(slotsOf);

/** Columns to code: what is grouped by, and texts that conditions ask about and nothing else does. */
export const codedOf = (queries: readonly SlicedQuery[]): ReadonlySet<string> =>
  new Set(
    queries.flatMap(({ columns, keys, where }) => {
      const asked = (where === null ? [] : slotsOf(where)).filter((slot) => columns[slot]?.type.kind === 'STRING');
      return [...keys.flatMap(slotsOf), ...asked].map((slot) => identityOf(columns[slot] as Column));
    }),
  );

/** @returns undefined when more fields are wanted than a walk can hold */
export const rowsOf = (all: readonly Column[], coded: ReadonlySet<string>): Rows | undefined => {
  const attributes = [
    ...new Set([...ALWAYS, ...all.flatMap(({ from }) => (from.kind === 'attribute' ? [from.name] : []))]),
  ];
  const data = [...new Set(all.flatMap(({ from }) => (from.kind === 'data' ? from.path.slice(0, 1) : [])))];
  const reader = spanReader({ attributes, data });
  if (reader === undefined) return undefined;
  return new Rows(all, coded, reader, [...attributes.map((n) => `a ${n}`), ...data.map((n) => `d ${n}`)]);
};

/** Rows with the slots of one list of columns, made when an expression first asks for them. */
export class PlainRows {
  private readonly columns: readonly BatchColumn[];
  private made: Value[][] = [];
  constructor(columns: readonly BatchColumn[]) {
    this.columns = columns;
  }
  clear(): void {
    this.made = [];
  }
  at(row: number): Value[] {
    let found = this.made[row];
    if (found === undefined) {
      found = this.columns.map((c) => c.valueAt(row));
      this.made[row] = found;
    }
    return found;
  }
}
