// Rows as items of the results table: one item a key, written under the condition that it is newer than what stands there.
import { hash } from 'node:crypto';
import { asFault } from '../../faults.ts';
import { itemBytes, MAX_ITEM_BYTES } from '../../item-size.ts';
import type { Item, Table } from '../../ports.ts';
import { type Destination, OLDER, type RowOutcome, type SinkRow, STORED } from './destination.ts';

/** The service takes 2,048 bytes for the whole pk. */
const MAX_KEY_BYTES = 1_024;
const shortened = (key: string): string =>
  key.isWellFormed() && Buffer.byteLength(key) <= MAX_KEY_BYTES ? key : `sha256:${hash('sha256', key)}`;

/**
 * pk = table `#` key (longer than 1 KiB: its SHA-256); `row` the row as the query wrote it; `ver`, `id`; `early` while its final has not come, `partial` when events are missing. A row that must go leaves a
 * tombstone without `row`, so that an older one cannot come back.
 */
export const itemOf = ({
  table,
  key,
  version,
  id,
  row,
  early,
  partial,
  traceparent,
}: SinkRow): Item & { readonly ver: string } => ({
  pk: `${table}#${shortened(key)}`,
  sk: '-',
  ver: version,
  id,
  ...(row === null ? { deleted: true } : { row }),
  ...(early && { early }),
  ...(partial && { partial }),
  ...(traceparent !== undefined && { traceparent }),
});

const write = async (results: Table, row: SinkRow): Promise<RowOutcome> => {
  const item = itemOf(row);
  const bytes = itemBytes(item);
  if (bytes > MAX_ITEM_BYTES) {
    const cause = `${bytes} bytes as an item of DynamoDB, at most ${MAX_ITEM_BYTES} may be`;
    return { kind: 'reject', rule: 'body.too-large', cause };
  }
  const written = await results.put(item, { kind: 'below', field: 'ver', value: item.ver }).catch((error: unknown) => {
    throw asFault('table.unavailable', error);
  });
  return written.ok ? STORED : OLDER;
};

export const dynamoRows = (results: Table): Destination => ({
  name: `the table ${results.name}`,
  // A condition stands in PutItem only; BatchWriteItem takes none.
  most: { rows: 1, bytes: MAX_ITEM_BYTES },
  atOnce: 32,
  write: (rows) => Promise.all(rows.map((row) => write(results, row))),
});
