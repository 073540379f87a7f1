// What a caller hands over -> the bytes that go out. They are made once: whatever is sent again has the same id, time and bytes.
import { randomUUID } from 'node:crypto';
import { refuseAttributes } from '../event/attributes.ts';
import type { JsonObject } from '../event/cloud-event.ts';
import { showInstant } from '../event/instant.ts';
import type { EpochMs } from '../time.ts';
import { NotPut } from './not-put.ts';

/** A CloudEvent but for what the producer adds: `id` (a UUID), `source` (the producer's) and `time` (now). */
export type NewEvent = {
  readonly type: string;
  readonly data?: unknown;
  readonly id?: string;
  readonly source?: string;
  readonly time?: string | Date;
  readonly subject?: string;
  /** Events with equal keys keep their order. Without it: `subject`, else `id`. */
  readonly partitionkey?: string;
  /** Any other attribute of CloudEvents, or extension. */
  readonly [name: string]: unknown;
};

/** An event ready to go. */
export type Outgoing = { readonly id: string; readonly key: string; readonly bytes: Uint8Array };

export type Making = {
  readonly source: string;
  readonly now: () => EpochMs;
  readonly key?: (event: NewEvent) => string | undefined;
};

const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

const timeOf = (time: unknown, now: EpochMs): unknown =>
  time === undefined ? showInstant(now) : time instanceof Date ? time.toISOString() : time;

const refuse = (rule: string, reason: string, id: string | undefined, field?: string): never => {
  throw new NotPut({ kind: 'refused', rule, reason, ...(id !== undefined && { id }), ...(field && { field }) });
};

/**
 * @throws NotPut `refused`: an attribute that CloudEvents does not allow, data that JSON does not hold.
 *   What its schema says of the data is checked by the pipeline.
 */
export const outgoing = (event: NewEvent, { source, now, key }: Making): Outgoing => {
  if (typeof event !== 'object' || event === null || Array.isArray(event))
    return refuse('event.not-an-event', 'put takes an object with type and data', undefined);
  const { id = randomUUID(), data, ...rest } = event;
  const named = typeof id === 'string' ? id : undefined;
  let text: string;
  let attributes: JsonObject;
  let own: string | undefined;
  try {
    own = key?.(event);
    const made = {
      specversion: '1.0',
      id,
      source,
      ...rest,
      time: timeOf(rest.time, now()),
      ...(own !== undefined && { partitionkey: own }),
      ...(data !== undefined && { data }),
    };
    text = JSON.stringify(made);
    attributes = made as unknown as JsonObject;
  } catch (error) {
    return refuse('body.not-json', `the event cannot be written as JSON: ${(error as Error).message}`, named);
  }
  const wrong = refuseAttributes(attributes);
  if (wrong !== undefined) return refuse(wrong.rule, wrong.cause, named, wrong.field);
  if (typeof attributes.time !== 'string' || Number.isNaN(Date.parse(attributes.time)))
    return refuse('event.bad-time', 'time must be a Date or RFC 3339 text', named, '/time');
  const keyText = (own ?? rest.partitionkey ?? rest.subject ?? id) as string;
  const bytes = Buffer.from(LONE.test(text) ? text.toWellFormed() : text);
  return { id: id as string, key: keyText, bytes };
};
