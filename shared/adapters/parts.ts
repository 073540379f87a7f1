// What adapters write: events as bytes, and refusals.
import { hash } from 'node:crypto';
import type { Json, JsonObject } from '../event/cloud-event.ts';
import { FIRST_INSTANT, LAST_INSTANT, showInstant } from '../event/instant.ts';
import { stringifyJson } from '../event/json.ts';
import type { RejectRule } from '../faults.ts';
import type { Source } from '../pipeline.ts';
import type { EpochMs } from '../time.ts';
import type { Part } from './adapter.ts';

export const bytesOf = (value: Json): Buffer => Buffer.from(stringifyJson(value));

/** A URI reference of any names: `/logs/a%20b`. */
export const sourceUri = (...names: readonly string[]): string =>
  names.map((name) => `/${encodeURIComponent(name.toWellFormed()).replace(/\*/g, '%2A')}`).join('');

export type Made = {
  readonly type: string;
  readonly source: string;
  readonly data: Json;
  /** Absent: the event is plain, and gets its id from `x-id` or its position. */
  readonly id?: string;
  readonly time?: EpochMs;
  readonly subject?: string;
  readonly key?: string;
};

/** An event with an id of its own is a CloudEvent, which keeps its time too; one without is plain. */
export const made = ({ type, source, data, id, time, subject, key }: Made): Part => {
  const event: JsonObject =
    id === undefined
      ? { plain: 1, type, source, data }
      : {
          specversion: '1.0',
          id,
          source,
          type,
          ...(time === undefined ? {} : { time: showInstant(time) }),
          ...(subject === undefined || subject === '' ? {} : { subject }),
          data,
        };
  return { kind: 'event', bytes: bytesOf(event), ...(key === undefined || key === '' ? {} : { key }) };
};

export const refused = (bytes: Uint8Array, rule: RejectRule, cause: string, field?: string, value?: Json): Part => ({
  kind: 'reject',
  rule,
  cause,
  ...(field === undefined ? {} : { field }),
  ...(value === undefined ? {} : { value }),
  bytes,
});

/** The one event type of a source that has no mapping; readSources sees to it that there is one. */
export const onlyType = (source: Source): string => source.types[0] ?? '';

/** Whole milliseconds that a date can show. */
export const isInstant = (ms: number): boolean => Number.isInteger(ms) && ms >= FIRST_INSTANT && ms <= LAST_INSTANT;

/** A short text that stands for a JSON value: the same value, the same text. */
export const digestOf = (...values: readonly Json[]): string => hash('md5', stringifyJson(values)).slice(0, 16);
