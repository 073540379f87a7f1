// A result that cannot be sent, as it stands in the manifest and in `rejected`.
import { rejectedEvent, toNdjson } from '../../event/reject.ts';
import { position } from '../../lanes/position.ts';
import type { EpochMs } from '../../time.ts';
import type { Refusal } from '../operators/operator.ts';

export type RefusedResult = {
  readonly query: string;
  readonly rule: Refusal['rule'];
  readonly cause: string;
  readonly key: string;
  readonly window: Refusal['window'];
};

export const refusedResult = ({ query, rule, cause, key, window }: Refusal): RefusedResult => ({
  query: query.id,
  rule,
  cause,
  key,
  window,
});

/**
 * A line of `rejected`. It is no event, so it has no `query` to be counted with: query, key and window are its payload.
 * @param no the decision's own number, which makes it unique with its index
 */
export const refusedLine = (stage: string, r: RefusedResult, no: string, index: number, at: EpochMs): string => {
  const [start, end] = r.window ?? [null, null];
  return toNdjson(
    rejectedEvent({
      door: 'rejected',
      stage,
      rule: r.rule,
      cause: r.cause,
      shard: r.query,
      position: position(no, index),
      arrival: at,
      payload: Buffer.from(JSON.stringify({ query: r.query, key: r.key, window_start: start, window_end: end })),
    }),
  );
};
