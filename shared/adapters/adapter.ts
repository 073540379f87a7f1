// The contract of adapters: what a source delivers -> the events in it, as they could have come by HTTP.
import type { Json } from '../event/cloud-event.ts';
import type { ParsedJson } from '../event/json.ts';
import type { RejectRule } from '../faults.ts';
import type { Source } from '../pipeline.ts';
import type { EpochMs } from '../time.ts';

/** One user record, unpacked: never empty, never an aggregate. */
export type AdapterInput = {
  readonly bytes: Uint8Array;
  readonly partitionKey: string;
  readonly arrival: EpochMs;
  /** The bytes read as JSON; they are parsed once for all adapters. */
  readonly json: () => ParsedJson;
};

/** One event of a record, or why this one alone is none. */
export type Part =
  | {
      readonly kind: 'event';
      /** A structured CloudEvent, or a plain event in its wrapper (event/cloud-event.ts). */
      readonly bytes: Uint8Array;
      /** Partition key; absent: that of the record, so that events of one record keep their order. */
      readonly key?: string;
    }
  | {
      readonly kind: 'reject';
      readonly rule: RejectRule;
      /** JSON pointer from the root of the record. */
      readonly field?: string;
      readonly value?: Json;
      readonly cause: string;
      /** What is kept of it. */
      readonly bytes: Uint8Array;
    };

export type Adapted =
  | { readonly kind: 'parts'; readonly parts: readonly Part[] }
  /** A record of the source's own housekeeping: it holds no event. */
  | { readonly kind: 'control' }
  /** The record is not of this kind of source: the next one is asked. */
  | { readonly kind: 'not-mine' };

export const NOT_MINE: Adapted = { kind: 'not-mine' };
export const CONTROL: Adapted = { kind: 'control' };

/**
 * Pure: parts and their order depend on the record and on the source's settings alone, since their places become positions
 * (protocol, section 5.2). Never throws, on any bytes.
 */
export type Adapter = {
  /** A quick look: false where the bytes cannot be of this kind, so that they are not even parsed. */
  readonly maybe: (bytes: Buffer) => boolean;
  readonly adapt: (input: AdapterInput, source: Source) => Adapted;
};

/** Records of this kind hold one of these texts. */
export const holding = (...texts: readonly string[]): Adapter['maybe'] => {
  const marks = texts.map((text) => Buffer.from(text));
  return (bytes) => marks.some((mark) => bytes.includes(mark));
};
