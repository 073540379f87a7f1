// Rows as items of the reference table, each written under the condition that it is newer than what stands there.
import { rowItem, truncateItem } from '../../enrich/remembered.ts';
import { asFault } from '../../faults.ts';
import { itemBytes, MAX_ITEM_BYTES } from '../../item-size.ts';
import type { Item, Table } from '../../ports.ts';
import { type Destination, OLDER, type RowOutcome, type SinkRow, STORED } from '../sink/destination.ts';

const itemOf = ({ table, key, version, row, arrival }: SinkRow): Item & { readonly pos: string } =>
  key === ''
    ? truncateItem(table, version)
    : rowItem(table, key, version, row === null ? null : (JSON.parse(row) as Record<string, string>), arrival);

const write = async (reference: Table, row: SinkRow): Promise<RowOutcome> => {
  const item = itemOf(row);
  const bytes = itemBytes(item);
  if (bytes > MAX_ITEM_BYTES) {
    const cause = `${bytes} bytes as an item of DynamoDB, at most ${MAX_ITEM_BYTES} may be; keep fewer columns`;
    return { kind: 'reject', rule: 'body.too-large', cause };
  }
  const newer = { kind: 'below', field: 'pos', value: item.pos } as const;
  const written = await reference.put(item, newer).catch((error: unknown) => {
    throw asFault('table.unavailable', error);
  });
  return written.ok ? STORED : OLDER;
};

export const rowItems = (reference: Table): Destination => ({
  name: `the table ${reference.name}`,
  // A condition stands in PutItem only; BatchWriteItem takes none.
  most: { rows: 1, bytes: MAX_ITEM_BYTES },
  atOnce: 32,
  write: (rows) => Promise.all(rows.map((row) => write(reference, row))),
});
