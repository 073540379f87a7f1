// Whether every function of the pipeline has read a stream to its end: asked of its shards and of the places that functions keep.
import type { Item, Stream, Table } from '../../shared/ports.ts';
import type { Unread } from './change.ts';

/** What a function's places are filed under (protocol, section 3). `short`: the stream's name without service and stage. */
const bookOf = (fn: string, stream: string, short: string): string => {
  switch (fn) {
    case 'aggregate':
    case 'aggregate-again':
      return `aggregate/${short}`;
    case 'write-lake':
      return `write-lake/${short}`;
    default:
      return `${fn}/${stream}`;
  }
};

/** The others write what they read by position or version, and keep no place of their own. */
const WITH_PLACE = ['validate', 'enrich', 'transform', 'aggregate', 'aggregate-again', 'write-lake'];

const seqOf = (item: Item | undefined, field: string): string =>
  typeof item?.[field] === 'string' ? (item[field] as string).replace(/^0+/, '') : '';

/** The last sequence number that a function has read of a shard; '' for none. */
const placeOf = async (table: Table, run: string, book: string, shard: string): Promise<string> => {
  const hop = seqOf(await table.get({ pk: `hop#${run}#${book}#${shard}`, sk: '-' }), 'q');
  const [entry] = await table.query(`led#${run}#${book}#${shard}`, { prefix: 'e#', newestFirst: true, limit: 1 });
  const counted = seqOf(entry, 'through');
  return counted.length > hop.length || (counted.length === hop.length && counted > hop) ? counted : hop;
};

export type UnreadOptions = {
  readonly stream: Stream;
  readonly short: string;
  /** Functions that are mapped to it. */
  readonly readers: readonly string[];
  readonly table: Table;
  readonly run: string;
};

export const unreadOf = async ({ stream, short, readers, table, run }: UnreadOptions): Promise<Unread> => {
  const shards = await stream.shards();
  const asked = readers.filter((fn) => WITH_PLACE.includes(fn));
  for (const fn of asked)
    for (const { id } of shards) {
      const place = await placeOf(table, run, bookOf(fn, stream.name, short), id);
      if (await stream.hasRecordAfter(id, place === '' ? undefined : place))
        return { kind: 'some', where: `${id} holds records that ${fn} has not read` };
    }
  const silent = readers.filter((fn) => !WITH_PLACE.includes(fn));
  let any = false;
  for (const { id } of shards) any ||= await stream.hasRecordAfter(id);
  if (!any) return { kind: 'none' };
  return silent.length === 0 && asked.length > 0
    ? { kind: 'none' }
    : {
        kind: 'unknown',
        why:
          silent.length > 0
            ? `${silent.join(', ')} keep${silent.length === 1 ? 's' : ''} no place that could be asked; see the metric IteratorAge of the mapping`
            : 'no function of the pipeline reads it, and it holds records',
      };
};
