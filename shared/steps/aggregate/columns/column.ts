// Columns of a batch: each is read once, for all queries that name it.
import type { Json } from '../../../event/cloud-event.ts';
import { SAFE_DIGITS } from '../../../event/scan-json.ts';
import { numberAt } from '../../../event/scan-scalars.ts';
import type { Column } from '../../../query/plan.ts';
import { type ReadValue, valueReader } from '../../../query/read-value.ts';
import type { Value } from '../../../query/types.ts';
import type { EpochMs } from '../../../time.ts';
import { Dictionary } from './dictionary.ts';
import { isNumberAt, jsonAt } from './json-at.ts';

export type BatchColumn = {
  /** The value in [at, end) of an event; an empty span: it has none. Rows come in order, from 0. */
  push(row: number, b: Uint8Array, at: number, end: number): void;
  pushJson(row: number, json: Json | undefined): void;
  valueAt(row: number): Value;
};

/** DOUBLE and INT. */
export class NumberColumn implements BatchColumn {
  values = new Float64Array(1024);
  /** 1: NULL. */
  nulls = new Uint8Array(1024);
  private readonly read: ReadValue;
  private readonly whole: boolean;

  constructor(column: Column) {
    this.read = valueReader(column.type);
    this.whole = column.type.kind === 'INT';
  }
  push(row: number, b: Uint8Array, at: number, end: number): void {
    if (!this.whole && at < end && end - at <= SAFE_DIGITS && isNumberAt(b, at)) this.set(row, numberAt(b, at, end));
    else this.pushJson(row, jsonAt(b, at, end));
  }
  pushJson(row: number, json: Json | undefined): void {
    this.set(row, this.read(json) as number | null);
  }
  valueAt(row: number): Value {
    return this.nulls[row] === 1 ? null : (this.values[row] as number);
  }
  private set(row: number, value: number | null): void {
    if (row >= this.values.length) {
      const [values, nulls] = [this.values, this.nulls];
      this.values = new Float64Array(2 * row);
      this.values.set(values);
      this.nulls = new Uint8Array(2 * row);
      this.nulls.set(nulls);
    }
    this.values[row] = value ?? 0;
    this.nulls[row] = value === null ? 1 : 0;
  }
}

/** What is grouped by, and texts that conditions ask about: few values, many rows. */
export class CodedColumn implements BatchColumn {
  readonly dictionary: Dictionary;
  codes = new Int32Array(1024);

  constructor(column: Column) {
    this.dictionary = new Dictionary(valueReader(column.type));
  }
  push(row: number, b: Uint8Array, at: number, end: number): void {
    this.set(row, this.dictionary.codeOf(b, at, end));
  }
  pushJson(row: number, json: Json | undefined): void {
    this.set(row, this.dictionary.codeOfJson(json));
  }
  valueAt(row: number): Value {
    return this.dictionary.values[this.codes[row] as number] ?? null;
  }
  private set(row: number, code: number): void {
    if (row >= this.codes.length) {
      const { codes } = this;
      this.codes = new Int32Array(2 * row);
      this.codes.set(codes);
    }
    this.codes[row] = code;
  }
}

/** All other types. */
export class ValueColumn implements BatchColumn {
  readonly values: Value[] = [];
  private readonly read: ReadValue;

  constructor(column: Column) {
    this.read = valueReader(column.type);
  }
  push(row: number, b: Uint8Array, at: number, end: number): void {
    this.values[row] = this.read(jsonAt(b, at, end));
  }
  pushJson(row: number, json: Json | undefined): void {
    this.values[row] = this.read(json);
  }
  valueAt(row: number): Value {
    return this.values[row] ?? null;
  }
}

/** The event time is read with each event. */
export class TimeColumn implements BatchColumn {
  private readonly times: () => Float64Array;
  constructor(times: () => Float64Array) {
    this.times = times;
  }
  push(): void {}
  pushJson(): void {}
  valueAt(row: number): EpochMs {
    return this.times()[row] as EpochMs;
  }
}
