// Which way a rejected or late event can come again: for all queries, for the one that did not count it, or not at all.

import type { Again } from '../../shared/lanes/inner.ts';
import { padSeq } from '../../shared/lanes/position.ts';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import type { Entry } from './entry.ts';

export type Way =
  | {
      readonly kind: 'again';
      /** What its copies claim: of a copy that failed once more at the first stage, the first one's. */
      readonly key: string;
      readonly again: Again;
      /** Drops what `enrich` had added: it adds it once more. */
      readonly enriched: boolean;
    }
  | { readonly kind: 'none'; readonly why: string };

const none = (why: string): Way => ({ kind: 'none', why });
const REPLAY = 'use millrace replay';

const placeIn = (position: string) => {
  const [seq = '', index = ''] = position.split('.');
  return { seq: padSeq(seq), index: Number(index) };
};

const firstPlace = (e: Entry, only: string | undefined): Again => {
  const { shard, position, arrival } = e.again ?? e;
  return { shard, ...placeIn(position), arrival, ...(only === undefined ? {} : { only }) };
};

/** @param pipeline the present build: a query that changed is another query */
export const wayOf = (e: Entry, { plan }: Pick<CompiledPipeline, 'plan'>): Way => {
  const all = (key: string, enriched: boolean): Way => ({
    kind: 'again',
    key,
    again: firstPlace(e, e.again?.only),
    enriched,
  });
  const oneQuery = (): Way => {
    const query = plan.queries.find((q) => q.id === e.query) ?? plan.queries.find((q) => q.name === e.query);
    if (query === undefined)
      return none(`query ${e.query} is not in this build: the other queries counted the event; ${REPLAY}`);
    return { kind: 'again', key: e.key, again: firstPlace(e, query.id), enriched: true };
  };
  if (e.door === 'late')
    return e.stage === 'aggregate-enriched'
      ? oneQuery()
      : none(`it is a row of another query, which that query sent already; ${REPLAY} of that query`);
  switch (e.stage) {
    case 'validate':
      return all(e.again?.of ?? e.key, false);
    case 'enrich':
      return e.rule === 'aggregate.corrupt'
        ? none('no function of this pipeline wrote this record: nothing knows where it came from')
        : all(e.key, false);
    case 'transform':
    case 'aggregate-enriched':
      return e.query === undefined ? none('it is no event; the archive has what it was made of') : oneQuery();
    case 'aggregate-refined':
      return none(`it is a row of another query, which that query sent already; ${REPLAY} of that query`);
    default:
      return none(`${e.stage} refused a row, not an event: repair its destination or its query, then ${REPLAY}`);
  }
};
