// A shard that its stream has forgotten.
import { isNamed } from './sdk-errors.ts';

/** Kinesis says so of a shard that it has forgotten, once retention is over; of a stream it says `Stream …`. */
export const isForgottenShard = (error: unknown): boolean =>
  isNamed(error, 'ResourceNotFoundException') && /^shard /i.test((error as Error).message);
