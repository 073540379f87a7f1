// Shard iterators and page tokens: opaque to callers, good for five minutes.

import type { EpochMs } from '../../shared/time.ts';
import { minutes } from '../../shared/time.ts';
import { kinesisError } from './errors.ts';

export const TOKEN_LIFE = minutes(5);

const VERSION = 'm1.';
const encode = (content: readonly unknown[]): string =>
  VERSION + Buffer.from(JSON.stringify(content)).toString('base64url');

const decode = (token: string): readonly unknown[] | undefined => {
  if (!token.startsWith(VERSION)) return undefined;
  try {
    const content: unknown = JSON.parse(Buffer.from(token.slice(VERSION.length), 'base64url').toString());
    return Array.isArray(content) ? content : undefined;
  } catch {
    return undefined;
  }
};

/** A place in a shard: behind the record `after`, or before all that are kept. `born` tells a stream from its namesake before. */
export type Place = {
  readonly stream: string;
  readonly born: EpochMs;
  readonly shard: string;
  readonly after: string | null;
};

export const iteratorAt = (place: Place, now: EpochMs): string =>
  encode(['i', place.stream, place.born, place.shard, place.after, now]);

/** @throws InvalidArgumentException, or ExpiredIteratorException after five minutes */
export const placeOf = (iterator: string, now: EpochMs): Place => {
  const [kind, stream, born, shard, after, at] = decode(iterator) ?? [];
  if (
    kind !== 'i' ||
    typeof stream !== 'string' ||
    typeof born !== 'number' ||
    typeof shard !== 'string' ||
    (after !== null && typeof after !== 'string') ||
    typeof at !== 'number'
  )
    throw kinesisError('InvalidArgumentException', 'Invalid ShardIterator.');
  if (now - at > TOKEN_LIFE)
    throw kinesisError(
      'ExpiredIteratorException',
      `Iterator expired. The iterator was created at time ${new Date(at).toISOString()} while right now it is ` +
        `${new Date(now).toISOString()} which is further in the future than the tolerated delay of ${TOKEN_LIFE} milliseconds.`,
    );
  return { stream, born, shard, after };
};

/** Where the next page of ListShards begins, and what it filters by. */
export type Page = { readonly stream: string; readonly from: string; readonly filter: unknown };

export const pageToken = (page: Page, now: EpochMs): string => encode(['p', page.stream, page.from, page.filter, now]);

/** @throws InvalidArgumentException, or ExpiredNextTokenException after five minutes */
export const pageOf = (token: string, now: EpochMs): Page => {
  const [kind, stream, from, filter, at] = decode(token) ?? [];
  if (kind !== 'p' || typeof stream !== 'string' || typeof from !== 'string' || typeof at !== 'number')
    throw kinesisError('InvalidArgumentException', 'NextToken is invalid.');
  if (now - at > TOKEN_LIFE) throw kinesisError('ExpiredNextTokenException', 'NextToken has expired.');
  return { stream, from, filter };
};
