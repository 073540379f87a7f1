// The line of an event that leaves `validate` by a side door.
import type { RejectedEvent } from '../../event/cloud-event.ts';
import { rejectedEvent, toNdjson } from '../../event/reject.ts';
import { position } from '../../lanes/position.ts';
import type { StreamRecord } from '../../trigger/batch.ts';

export const STAGE = 'validate';

export type Door = 'rejected' | 'duplicate';
export type Refusal = {
  readonly rule: string;
  readonly cause: string;
  readonly field?: string | undefined;
  readonly value?: string | undefined;
};

/** @param index of the event in its record */
export const aside = (
  door: Door,
  shard: string,
  record: StreamRecord,
  index: number,
  payload: Uint8Array,
  { rule, cause, field, value }: Refusal,
  again?: NonNullable<RejectedEvent['again']>,
): string =>
  toNdjson(
    rejectedEvent({
      door,
      stage: STAGE,
      rule,
      cause,
      ...(field === undefined ? {} : { field }),
      ...(value === undefined ? {} : { value }),
      shard,
      position: position(record.seq, index),
      arrival: record.arrival,
      ...(again && { again }),
      payload,
    }),
  );
