// Query and Scan: pages of at most 1 MiB, or of `Limit` items, with the key that the next page begins behind.
import type { Attributes } from './attribute.ts';
import { type Condition, conditionOf, holds, type Parsed } from './condition.ts';
import { keyRangeOf } from './key-condition.ts';
import { invalid, notHere } from './table-error.ts';
import type { Stored } from './table-store.ts';
import { type Asked, keyOf, readUnitsOf, scopeOf, type Table, wantsCapacity } from './write-item.ts';

type Range = Asked & {
  readonly KeyConditionExpression?: string;
  readonly FilterExpression?: string;
  readonly ScanIndexForward?: boolean;
  readonly Limit?: number;
  readonly ExclusiveStartKey?: Attributes;
  readonly ConsistentRead?: boolean;
  readonly Select?: string;
};

const PAGE_BYTES = 1024 * 1024;

const keyIn = (item: Attributes, { schema }: Table): object => ({
  [schema.hash]: item[schema.hash],
  ...(schema.range !== null && { [schema.range]: item[schema.range] }),
});

const pageOf = (table: Table, asked: Range, found: Iterable<Stored>, passes: (item: Attributes) => boolean): object => {
  const { Limit = Number.POSITIVE_INFINITY, Select } = asked;
  if (!(Limit >= 1)) throw invalid(`Limit is ${Limit}, it must be 1 or more`);
  if (Select !== undefined && Select !== 'COUNT' && Select !== 'ALL_ATTRIBUTES') throw notHere(`Select ${Select}`);
  const Items: Attributes[] = [];
  let [bytes, scanned] = [0, 0];
  let last: Attributes | undefined;
  let more = false;
  for (const { item, bytes: own } of found) {
    bytes += own;
    scanned++;
    if (passes(item)) Items.push(item);
    if (scanned === Limit || bytes > PAGE_BYTES) {
      last = item;
      more = true;
      break;
    }
  }
  return {
    Count: Items.length,
    ScannedCount: scanned,
    ...(Select !== 'COUNT' && { Items }),
    ...(more && last && { LastEvaluatedKey: keyIn(last, table) }),
    ...(wantsCapacity(asked) && {
      ConsumedCapacity: { TableName: table.name, CapacityUnits: readUnitsOf(bytes, asked.ConsistentRead) },
    }),
  };
};

const parsed = (text: string | undefined): Parsed<Condition> | undefined =>
  text === undefined ? undefined : conditionOf(text);

export const query = (table: Table, asked: Range): object => {
  const { KeyConditionExpression: text, ScanIndexForward = true, ExclusiveStartKey: start } = asked;
  if (text === undefined)
    throw invalid('Either the KeyConditions or KeyConditionExpression parameter must be specified');
  const [condition, filter] = [conditionOf(text), parsed(asked.FilterExpression)];
  const scope = scopeOf(asked, [condition, filter]);
  const range = keyRangeOf(condition.tree, scope, table.schema);
  const after = start === undefined ? undefined : keyOf(start, table.schema);
  if (after !== undefined && after.pk !== range.pk)
    throw invalid('The provided starting key is outside query boundaries based on provided conditions');
  const found = table.store.range(range, ScanIndexForward, after?.sk);
  return pageOf(table, asked, found, (item) => filter === undefined || holds(filter.tree, item, scope));
};

export const scan = (table: Table, asked: Range): object => {
  const filter = parsed(asked.FilterExpression);
  const scope = scopeOf(asked, [filter]);
  const start = asked.ExclusiveStartKey;
  const found = table.store.all(start === undefined ? undefined : keyOf(start, table.schema));
  return pageOf(table, asked, found, (item) => filter === undefined || holds(filter.tree, item, scope));
};
