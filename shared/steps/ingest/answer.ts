// What the producer is told: for each event its id or the reason why it was not taken, and one status for all of them.

import { MAX_EVENT_BYTES } from '../../event/limits.ts';
import { positionIdOf } from '../../event/position-id.ts';
import type { Received } from '../../event/received.ts';
import type { RejectRule } from '../../faults.ts';
import type { Fate } from './pack.ts';

export type EventAnswer =
  | { readonly status: 'accepted'; readonly id: string }
  /** The same event will never be taken. */
  | {
      readonly status: 'rejected';
      readonly rule: RejectRule;
      readonly reason: string;
      readonly field?: string;
      readonly id?: string;
    }
  /** The same event may be sent again. `unknown`: it may be stored after all. */
  | {
      readonly status: 'not-stored' | 'unknown';
      readonly rule: 'stream.throttled' | 'stream.unavailable';
      readonly reason: string;
      readonly id?: string;
    };

export type Answer = {
  readonly accepted: number;
  readonly rejected: number;
  readonly notStored: number;
  readonly events: readonly EventAnswer[];
};

const withId = (id: string | null | undefined): { readonly id?: string } =>
  id === null || id === undefined ? {} : { id };

/** @param fate what became of it on the stream; undefined when it was refused before */
export const answerFor = (received: Received, fate: Fate | undefined): EventAnswer => {
  if (received.kind === 'reject') {
    const { rule, cause, field, id } = received;
    return { status: 'rejected', rule, reason: cause, ...(field === undefined ? {} : { field }), ...withId(id) };
  }
  const { id } = received;
  if (fate === undefined) throw new Error('an event without a fate');
  switch (fate.kind) {
    case 'stored':
      return { status: 'accepted', id: id ?? positionIdOf(fate.shard, fate.seq, fate.index) };
    case 'too-large': {
      const reason = `the event has ${fate.bytes} bytes; it and its key may have ${MAX_EVENT_BYTES}`;
      return { status: 'rejected', rule: 'body.too-large', reason, ...withId(id) };
    }
    case 'throttled':
      return { status: 'not-stored', rule: 'stream.throttled', reason: fate.cause, ...withId(id) };
    case 'unavailable': {
      const status = fate.unknown ? 'unknown' : 'not-stored';
      return { status, rule: 'stream.unavailable', reason: fate.cause, ...withId(id) };
    }
    default:
      return fate satisfies never;
  }
};

export const answerOf = (events: readonly EventAnswer[]): Answer => {
  const accepted = events.filter((e) => e.status === 'accepted').length;
  const rejected = events.filter((e) => e.status === 'rejected').length;
  return { accepted, rejected, notStored: events.length - accepted - rejected, events };
};

/**
 * 202: all are taken, 207: some. None: 400 when all are refused for good, else 503 when the stream failed, 429 when it had no
 * capacity: then the request may be sent again.
 */
export const statusOf = ({ accepted, notStored, events }: Answer): 202 | 207 | 400 | 429 | 503 => {
  if (accepted === events.length) return 202;
  if (accepted > 0) return 207;
  if (notStored === 0) return 400;
  return events.some((e) => e.status !== 'accepted' && e.rule === 'stream.unavailable') ? 503 : 429;
};
